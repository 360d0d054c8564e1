/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Paje's format, which the viewers of SimGrid's users read. SimGrid 3.32 cannot trace this itself: it refuses clusters whose
 * virtual machines are traced, and crashes when a traced actor's machine is destroyed. */
#include "sim/process/trace.h"

#include <simgrid/engine.h>

static const char kinds[] = {'h', 'g', 'p'}, types[] = {'H', 'G', 'P'};

/* Events by number: types, then containers, then states. */
static const char head[] =
    "%EventDef PajeDefineContainerType 0\n%  Alias string\n%  Type string\n%  Name string\n%EndEventDef\n"
    "%EventDef PajeDefineStateType 1\n%  Alias string\n%  Type string\n%  Name string\n%EndEventDef\n"
    "%EventDef PajeCreateContainer 2\n%  Time date\n%  Alias string\n%  Type string\n%  Container "
    "string\n%  Name string\n%EndEventDef\n"
    "%EventDef PajeDestroyContainer 3\n%  Time date\n%  Type string\n%  Name string\n%EndEventDef\n"
    "%EventDef PajeSetState 4\n%  Time date\n%  Type string\n%  Container string\n%  Value "
    "string\n%EndEventDef\n"
    "0 M 0 MACHINE\n0 H M HOST\n0 G H GUEST\n0 P H PROCESS\n0 Q G PROCESS\n"
    "1 HS H HOST_STATE\n1 GS G GUEST_STATE\n1 PS P PROCESS_STATE\n1 QS Q PROCESS_STATE\n"
    "2 0 machine M 0 machine\n";

void bh_trace_begin(FILE *stream)
{
    if (stream != NULL)
        fputs(head, stream);
}

static void print_name(FILE *stream, struct bh_traced_name name)
{
    fprintf(stream, " %c", kinds[name.kind]);
    for (int i = 0; i < 3; i++)
        fprintf(stream, "%s%llu", i > 0 ? "." : "", (unsigned long long)name.part[i]);
    fprintf(stream, "-%llu", (unsigned long long)name.life);
}

static char type_of(struct bh_traced_name name)
{
    return name.is_in_guest ? 'Q' : types[name.kind];
}

void bh_trace_create(FILE *stream, struct bh_traced_name name, const struct bh_traced_name *in, const char *label)
{
    if (stream == NULL)
        return;
    fprintf(stream, "2 %.9f", simgrid_get_clock());
    print_name(stream, name);
    fprintf(stream, " %c", type_of(name));
    if (in != NULL)
        print_name(stream, *in);
    else
        fputs(" machine", stream);
    fprintf(stream, " \"%s\"\n", label);
}

void bh_trace_destroy(FILE *stream, struct bh_traced_name name)
{
    if (stream == NULL)
        return;
    fprintf(stream, "3 %.9f %c", simgrid_get_clock(), type_of(name));
    print_name(stream, name);
    fputs("\n", stream);
}

void bh_trace_state(FILE *stream, struct bh_traced_name name, const char *state)
{
    if (stream == NULL)
        return;
    fprintf(stream, "4 %.9f %cS", simgrid_get_clock(), type_of(name));
    print_name(stream, name);
    fprintf(stream, " %s\n", state);
}
