/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The only C++ of Bulkhead: SimGrid's C interface can neither cancel a transfer nor see a deadlock, and reads properties
 * and routes by functions that come and go with its releases. */
#include "sim/platform/activity.h"

#include <cmath>
#include <set>
#include <simgrid/Exception.hpp>
#include <simgrid/kernel/resource/Model.hpp>
#include <simgrid/kernel/routing/NetPoint.hpp>
#include <simgrid/kernel/routing/NetZoneImpl.hpp>
#include <simgrid/kernel/routing/StarZone.hpp>
#include <simgrid/s4u.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace resource = simgrid::kernel::resource;
namespace routing = simgrid::kernel::routing;
namespace s4u = simgrid::s4u;

/* SimGrid counts references; a C pointer holds one until bh_activity_free. */
static struct bh_activity *keep(s4u::Activity *activity)
{
    return reinterpret_cast<struct bh_activity *>(activity->add_ref());
}

static s4u::Activity *of(const struct bh_activity *activity)
{
    return reinterpret_cast<s4u::Activity *>(const_cast<struct bh_activity *>(activity));
}

static sg_size_t whole(double bytes)
{
    return static_cast<sg_size_t>(std::fmin(std::fmax(std::round(bytes), 1.0), 0x1p63));
}

struct bh_activity *bh_activity_send(sg_host_t from, sg_host_t to, double bytes)
{
    return keep(s4u::Comm::sendto_async(from, to, whole(bytes)).get());
}

struct bh_activity *bh_activity_send_bounded(sg_host_t from, sg_host_t to, double bytes, double most)
{
    /* Given its hosts, it counts as started, and takes no rate any more. */
    const s4u::CommPtr comm = s4u::Comm::sendto_init();
    comm->set_rate(most);
    comm->set_source(from);
    comm->set_destination(to);
    comm->set_payload_size(whole(bytes));
    return keep(comm->start());
}

struct bh_activity *bh_activity_read(sg_disk_t disk, double bytes, double weight)
{
    return keep(disk->io_init(whole(bytes), s4u::Io::OpType::READ)->set_priority(weight)->start());
}

struct bh_activity *bh_activity_write(sg_disk_t disk, double bytes, double weight)
{
    return keep(disk->io_init(whole(bytes), s4u::Io::OpType::WRITE)->set_priority(weight)->start());
}

struct bh_activity *bh_activity_compute(double seconds, double share)
{
    const double speed = s4u::this_actor::get_host()->get_speed() * share;
    const s4u::ExecPtr exec = s4u::this_actor::exec_init(seconds * speed);
    exec->set_bound(speed);
    return keep(exec->start());
}

struct bh_activity *bh_activity_put(sg_mailbox_t mailbox, void *payload, double bytes, double most)
{
    const s4u::CommPtr comm = mailbox->put_init(payload, whole(bytes));
    if (!std::isinf(most))
        comm->set_rate(most);
    return keep(comm->start());
}

struct bh_activity *bh_activity_get(sg_mailbox_t mailbox, void **payload)
{
    const s4u::CommPtr comm = mailbox->get_init();
    comm->set_dst_data(payload);
    return keep(comm->start());
}

/* SimGrid's classes of models are not declared to its users, only what they derive from, and that alone. */
template <class Model>
static void bound(const std::shared_ptr<Model> &model, const s4u::Activity *activity, double most)
{
    for (resource::Action &action : *reinterpret_cast<resource::Model *>(model.get())->get_started_action_set())
        if (action.get_activity() == activity->get_impl()) {
            action.set_bound(most);
            return;
        }
}

void bh_activity_bound(const struct bh_activity *activity, double most)
{
    const routing::NetZoneImpl *root = s4u::Engine::get_instance()->get_netzone_root()->get_impl();
    if (dynamic_cast<const s4u::Io *>(of(activity)))
        bound(root->get_disk_model(), of(activity), most);
    else
        bound(root->get_network_model(), of(activity), most);
}

bool bh_activity_wait(struct bh_activity *activity)
{
    try {
        of(activity)->wait();
        return true;
    } catch (const simgrid::Exception &) {
        return false;
    }
}

void bh_activity_cancel(struct bh_activity *activity)
{
    /* The actor that this wakes may free the activity before cancel() has returned. */
    const s4u::ActivityPtr held(of(activity));
    held->cancel();
}

double bh_activity_remaining(const struct bh_activity *activity)
{
    return of(activity)->get_remaining();
}

void bh_activity_free(struct bh_activity *activity)
{
    of(activity)->unref();
}

void bh_activity_on_deadlock(void (*callback)(void))
{
    s4u::Engine::on_deadlock_cb(callback);
}

static void walk(const s4u::NetZone *zone, void (*visit)(void *, sg_host_t, const char *), void *data)
{
    for (s4u::Host *host : zone->get_all_hosts())
        if (host->get_englobing_zone() == zone)
            visit(data, host, zone->get_cname());
    for (const s4u::NetZone *child : zone->get_children())
        walk(child, visit, data);
}

void bh_walk_hosts(void (*visit)(void *data, sg_host_t host, const char *zone), void *data)
{
    if (const s4u::NetZone *root = s4u::Engine::get_instance()->get_netzone_root())
        walk(root, visit, data);
}

/* A star's table is asked for the way from a point to itself, which throws if the point is not in it. */
static bool is_in_star(const routing::NetPoint *point)
{
    try {
        std::vector<simgrid::kernel::resource::StandardLinkImpl *> links;
        routing::NetZoneImpl::get_global_route(point, point, links, nullptr);
        return true;
    } catch (const std::out_of_range &) {
        return false;
    }
}

void bh_mend_routers(void)
{
    for (routing::NetPoint *point : s4u::Engine::get_instance()->get_all_netpoints()) {
        routing::NetZoneImpl *zone = point->get_englobing_zone();
        if (point->is_router() && dynamic_cast<routing::StarZone *>(zone) && !is_in_star(point))
            zone->add_route(point, nullptr, nullptr, nullptr, {}, true);
    }
}

void bh_walk_properties(sg_host_t host, void (*visit)(void *data, const char *name), void *data)
{
    std::set<std::string> names;
    for (const auto &property : *host->get_properties())
        names.insert(property.first);
    for (const std::string &name : names)
        visit(data, name.c_str());
}

void bh_walk_route(sg_host_t from, sg_host_t to, void (*visit)(void *data, sg_link_t link), void *data)
{
    std::vector<s4u::Link *> links;
    from->route_to(to, links, nullptr);
    for (s4u::Link *link : links)
        visit(data, link);
}
