/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Platforms: the facts of those that come with Bulkhead, machines from a description, one message per broken file. */
#include "sim/platform/platform.h"
#include "sim/platform/probe.h"

#include "tests/support/helper.h"
#include "tests/support/machine.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct bh_place place = {.file = "scenario.yaml", .line = 4, .column = 11};

/* --- Files ---------------------------------------------------------------------------------------------------------- */

static char scratch[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(scratch, sizeof scratch, "/tmp/bulkhead-test-XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(scratch);
}

static const char *write_scratch(const char *name, const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static char *shipped(const char *name)
{
    return bh_print_text("%s/platforms/%s", bh_test_data(), name);
}

static void probe_file(const char *path, uint64_t nodes, struct bh_platform_facts *facts)
{
    struct bh_error err = {0};
    int is_temporary;
    char *xml = prepare_platform(path, nodes, place, &is_temporary, &err);
    assert_string_equal(err.text, "");
    bh_platform_probe(xml, 0, place, facts, &err);
    assert_string_equal(err.text, "");
    if (is_temporary)
        assert_int_equal(unlink(xml), 0);
    free(xml);
}

/* --- What comes with Bulkhead --------------------------------------------------------------------------------------- */

BH_TEST(test_shipped)
{
    static const struct {
        const char *name;
        struct bh_platform_facts facts;
    } cases[] = {
        {"testbed.xml", {8, 8, 1, 20e-6, 1.25e9, 1.25e9, 500e6, 600e6, ""}},
        {"petascale.xml", {18688, 146, 1, 5e-6, 1.5e9, 192e9, 240e9, 240e9, ""}},
        {"exascale.xml", {9856, 77, 1, 2e-6, 100e9, 10e12, 4.6e12, 5.5e12, ""}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bh_platform_facts facts, expected = cases[i].facts;
        char *path = shipped(cases[i].name);
        probe_file(path, 1, &facts);
        assert_int_equal(facts.nodes, expected.nodes);
        assert_int_equal(facts.hosts, expected.hosts);
        assert_int_equal(facts.storage_hosts, expected.storage_hosts);
        assert_close(facts.latency_s, expected.latency_s, 1e-12);
        assert_close(facts.node_bandwidth, expected.node_bandwidth, 1e-12);
        assert_close(facts.host_bandwidth, expected.host_bandwidth, 1e-12);
        assert_close(facts.storage_write_bandwidth, expected.storage_write_bandwidth, 1e-12);
        assert_close(facts.storage_read_bandwidth, expected.storage_read_bandwidth, 1e-12);
        free(path);
    }
}

BH_TEST(test_parametric_sizes)
{
    static const uint64_t sizes[] = {1,    2,     3,      4,       5,       100,     511,     512,     513,     1000,
                                     1024, 16384, 131072, 1000000, 1048575, 1048576, 1048577, 3000001, 16777216};
    char *path = shipped("parametric.yaml");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bh_platform_facts facts;
        probe_file(path, sizes[i], &facts);
        double written = 4.6e12 * pow((double)sizes[i] / 9856, 0.8); /* the law in the file */
        assert_int_equal(facts.nodes, sizes[i]);
        assert_true(facts.hosts <= 513);
        assert_true(facts.hosts >= (sizes[i] > 1 ? 2u : 1u));
        assert_close(facts.node_bandwidth, 100e9, 1e-12);
        assert_close(facts.storage_write_bandwidth, written, 1e-12);
        assert_close(facts.storage_read_bandwidth, 1.2 * written, 1e-12);
        assert_true(facts.latency_s >= 1e-6 && facts.latency_s <= 2e-6);
    }
    free(path);
}

/* --- Broken platforms ------------------------------------------------------------------------------------------------ */

#define HEAD                                                                                                           \
    "<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"                        \
    "<platform version=\"4.1\">\n"
#define ZONE HEAD "<zone id=\"machine\" routing=\"Full\">\n"
#define END  "</zone></platform>\n"

static const struct {
    const char *name, *text, *where, *what;
} broken[] = {
    {"not-xml", "hello\n", ":1:1: ", "found syntax error; expected well-formed XML"},
    {"yaml", "machine: parametric\n", ":1:1: ", "expected well-formed XML"},
    {"empty", "", ":1:1: ", "found the end of the file"},
    {"malformed", ZONE "<host id=\"a\" speed=\"1Gf\"\n" END, ":6:1: ", "found not well-formed (invalid token)"},
    {"mismatched", ZONE "<host id=\"a\" speed=\"1Gf\">\n" END, ":6:3: ", "found mismatched tag"},
    {"attribute-twice", ZONE "<host id=\"a\" id=\"b\"/>\n" END, ":5:14: ", "found duplicate attribute"},
    {"bomb",
     "<?xml version=\"1.0\"?>\n<!DOCTYPE platform [\n<!ENTITY a \"aaaaaaaaaaaaaaaa\">\n"
     "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\n<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">\n]>\n"
     "<platform version=\"4.1\">&c;</platform>\n",
     ":3:12: ", "found the entity \"a\""},
    {"read-elsewhere",
     "<?xml version=\"1.0\"?>\n<!DOCTYPE platform [<!ENTITY e SYSTEM \"/etc/passwd\">]>\n"
     "<platform version=\"4.1\">&e;</platform>\n",
     ":2:52: ", "found the entity \"e\""},
    {"unknown-tag", ZONE "<hots id=\"a\" speed=\"1Gf\"/>\n" END, ":5:1: ", "expected"},
    {"unknown-attribute", ZONE "<host id=\"a\" sped=\"1Gf\"/>\n" END, ":5:1: ", "Bad attribute `sped'"},
    {"no-speed", ZONE "<host id=\"a\"/>\n" END, ":5:1: ", "Required attribute `speed'"},
    {"bad-unit", ZONE "<host id=\"a\" speed=\"1Gq\"/>\n" END, ":5:1: ", "unknown unit"},
    {"unclosed", ZONE "<host id=\"a\" speed=\"1Gf\"/>\n", ":6:1: ", "found the end of the file"},
    {"old-version",
     "<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
     "<platform version=\"3\"><AS id=\"a\" routing=\"Full\"/></platform>\n",
     ":3:1: ", "TOO OLD"},
    {"twice", ZONE "<host id=\"a\" speed=\"1Gf\"/>\n<host id=\"a\" speed=\"1Gf\"/>\n" END, ": ", "second host"},
    {"no-link",
     ZONE "<host id=\"a\" speed=\"1Gf\"/><host id=\"b\" speed=\"1Gf\"/>\n"
          "<route src=\"a\" dst=\"b\"><link_ctn id=\"nope\"/></route>\n" END,
     ": ", "Link not found: nope"},
    {"routing", HEAD "<zone id=\"machine\" routing=\"Fulll\">\n" END, ": ", "SimGrid rejects the platform"},
    {"star", HEAD "<!-- one\ntwo -->\n<zone id=\"machine\" routing=\"Star\">\n" END, ":6:1: ", "routing=\"Star\""},
    {"star-in-quotes", ZONE "\n  <zone id='b>' routing = 'S&#116;ar'/>" END, ":6:3: ", "routing=\"Star\""},
    {"cdata", ZONE "<![CDATA[<zone routing=\"Star\">]]>\n" END, ":5:1: ", "SimGrid rejects the platform"},
    {"no-hosts", ZONE END, ": ", "no compute host"},
    {"only-storage",
     ZONE "<host id=\"s\" speed=\"1Gf\"><disk id=\"d\" read_bw=\"1GBps\" write_bw=\"1GBps\"/>"
          "<prop id=\"bulkhead:role\" value=\"storage\"/></host>\n" END,
     ": ", "no compute host"},
    {"negative-speed", ZONE "\n<host id=\"a\" speed=\"-1Gf\"/>\n" END, ":6:1: ", "host a: its speed is -1e+09"},
    {"negative-bandwidth",
     HEAD "<cluster id=\"c\" prefix=\"n\" suffix=\"\" radical=\"0-3\" speed=\"1Gf\" bw=\"-1Bps\" "
          "lat=\"1us\"/>\n</platform>\n",
     ": ", "has bandwidth -1 B/s"},
    {"no-bandwidth",
     HEAD "<cluster id=\"c\" prefix=\"n\" suffix=\"\" radical=\"0-3\" speed=\"1Gf\" bw=\"0Bps\" "
          "lat=\"1us\"/>\n</platform>\n",
     ": ", "has bandwidth 0 B/s"},
    {"nodes-zero",
     HEAD "<cluster id=\"c\" prefix=\"n\" suffix=\"\" radical=\"0-3\" speed=\"1Gf\" bw=\"1GBps\" "
          "lat=\"1us\"><prop id=\"bulkhead:nodes\" value=\"0\"/></cluster>\n</platform>\n",
     ":4:1: ", "bulkhead:nodes is \"0\""},
    {"nodes-negative", ZONE "<host id=\"a\" speed=\"1Gf\"><prop id=\"bulkhead:nodes\" value=\"-4\"/></host>\n" END,
     ":5:1: ", "must be a whole number"},
    {"nodes-fraction", ZONE "<host id=\"a\" speed=\"1Gf\"><prop id=\"bulkhead:nodes\" value=\"1.5\"/></host>\n" END,
     ":5:1: ", "must be a whole number"},
    {"nodes-huge",
     ZONE "<host id=\"a\" speed=\"1Gf\"><prop id=\"bulkhead:nodes\" value=\"99999999999999999999\"/></host>"
          "\n" END,
     ":5:1: ", "must be a whole number"},
    {"property", ZONE "<host id=\"a\" speed=\"1Gf\"><prop id=\"bulkhead:node\" value=\"4\"/></host>\n" END,
     ":5:1: ", "did you mean \"bulkhead:nodes\"?"},
    {"role", ZONE "<host id=\"a\" speed=\"1Gf\"><prop id=\"bulkhead:role\" value=\"storge\"/></host>\n" END,
     ":5:1: ", "did you mean \"storage\"?"},
    {"no-disk",
     ZONE "<host id=\"a\" speed=\"1Gf\"/>\n<host id=\"s\" speed=\"1Gf\"><prop id=\"bulkhead:role\" "
          "value=\"storage\"/></host>\n" END,
     ":6:1: ", "has no <disk>"},
    {"slow-disk",
     ZONE "<host id=\"a\" speed=\"1Gf\"/>\n<host id=\"s\" speed=\"1Gf\"><disk id=\"d\" read_bw=\"1GBps\" "
          "write_bw=\"-1GBps\"/><prop id=\"bulkhead:role\" value=\"storage\"/></host>\n" END,
     ":6:1: ", "expected positive bandwidths"},
    {"no-route", ZONE "<host id=\"a\" speed=\"1Gf\"/><host id=\"b\" speed=\"1Gf\"/>\n" END, ": ",
     "no route from host a to host b"},
    {"no-storage-route",
     ZONE "<host id=\"a\" speed=\"1Gf\"/>\n<host id=\"s\" speed=\"1Gf\"><disk id=\"d\" "
          "read_bw=\"1GBps\" write_bw=\"1GBps\"/><prop id=\"bulkhead:role\" value=\"storage\"/>"
          "</host>\n" END,
     ": ", "no route from host a to host s"},
    {"no-zone-route",
     ZONE "<cluster id=\"c\" prefix=\"n\" suffix=\"\" radical=\"0-3\" speed=\"1Gf\" bw=\"1GBps\" "
          "lat=\"1us\"/>\n<cluster id=\"d\" prefix=\"m\" suffix=\"\" radical=\"0-3\" speed=\"1Gf\" "
          "bw=\"1GBps\" lat=\"1us\"/>\n" END,
     ": ", "no route from host n0 to host m0"},
    {"gateway",
     ZONE "<cluster id=\"c\" prefix=\"n\" suffix=\"\" radical=\"0-15\" speed=\"1Gf\" bw=\"1GBps\" lat=\"1us\" "
          "topology=\"TORUS\" topo_parameters=\"4,4\"/>\n<zone id=\"z\" routing=\"Full\"><host id=\"s\" "
          "speed=\"1Gf\"/></zone>\n<link id=\"l\" bandwidth=\"1GBps\" latency=\"1us\"/>\n"
          "<zoneRoute src=\"c\" dst=\"z\" gw_src=\"n0\" gw_dst=\"s\"><link_ctn id=\"l\"/></zoneRoute>\n" END,
     ":8:1: ", "gw_src=\"n0\" is a compute host"},
    {"dragonfly",
     HEAD "<cluster id=\"c\" prefix=\"n\" suffix=\"\" radical=\"0-63\" speed=\"1Gf\" bw=\"1GBps\" "
          "lat=\"1us\" topology=\"DRAGONFLY\" topo_parameters=\"8,1;2,1;2,1;2\"/>\n</platform>\n",
     ":4:1: ", "more groups than routers"},
    {"profile", ZONE "<host id=\"a\" speed=\"1Gf\" state_file=\"a.fail\"/>\n" END, ":5:1: ", "state_file"},
};

/* One line, that begins with the file and where in it, and says what. */
static void assert_message(const struct bh_error *err, const char *path, const char *where, const char *what)
{
    size_t length = strlen(path);
    if (err->code != BH_ERROR_INPUT || strncmp(err->text, path, length) != 0 ||
        strncmp(err->text + length, where, strlen(where)) != 0 || !strstr(err->text, what) || strchr(err->text, '\n'))
        fail_msg("expected \"%s%s...%s\", found \"%s\"", path, where, what, err->text);
}

BH_TEST(test_broken)
{
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.xml", broken[i].name);
        const char *path = write_scratch(name, broken[i].text);
        struct bh_error err = {0};
        struct bh_platform_facts facts;
        assert_int_equal(bh_platform_probe(path, 0, place, &facts, &err), -1);
        assert_message(&err, path, broken[i].where, broken[i].what);
        unlink(path);
    }
}

/* What stands in comments and quotes, and what entities stand for, is read as XML has it. */
BH_TEST(test_forms)
{
    const char *path = write_scratch("forms.xml", HEAD
                                     "<!-- <zone id=\"x\" routing=\"Star\"> > -->\n<zone id='machine' routing='Full'>\n"
                                     "<host id='a&amp;b' speed = \"1Gf\"\n><prop id='note' value='a &lt; b'/></host>\n"
                                     "</zone></platform>\n");
    struct bh_platform_facts facts;
    probe_file(path, 1, &facts);
    assert_int_equal(facts.hosts, 1);
    unlink(path);
}

#define CLUSTER(name, hosts, rate)                                                                                     \
    "<cluster id=\"" name "\" prefix=\"" name "\" suffix=\"\" radical=\"0-" hosts "\" speed=\"1Gf\" bw=\"" rate        \
    "\" lat=\"10us\"/>\n"

/* Hosts that no node of a run is on do not set its network, and need no routes either. */
BH_TEST(test_other_hosts)
{
    const char *path = write_scratch(
        "other.xml",
        HEAD "<zone id=\"site\" routing=\"Full\">\n" CLUSTER("work", "15", "1GBps")
            CLUSTER("login", "0",
                    "10MBps") "<link id=\"trunk\" bandwidth=\"10GBps\" latency=\"10us\"/>\n"
                              "<zoneRoute src=\"work\" dst=\"login\" gw_src=\"workwork_router\" "
                              "gw_dst=\"loginlogin_router\"><link_ctn id=\"trunk\"/></zoneRoute></zone></platform>\n");
    struct bh_platform_facts all, sixteen;
    struct bh_error err = {0};
    assert_int_equal(bh_platform_probe(path, 0, place, &all, &err), 0);
    assert_int_equal(bh_platform_probe(path, 16, place, &sixteen, &err), 0);
    assert_int_equal(all.nodes, 17);
    assert_int_equal(sixteen.nodes, 17);
    assert_close(all.node_bandwidth, 1e7, 1e-9);
    assert_close(sixteen.node_bandwidth, 1e9, 1e-9);
    assert_close(all.latency_s, 30e-6, 1e-9);
    assert_close(sixteen.latency_s, 20e-6, 1e-9);
    unlink(path);
}

/* Batsim's master and storage, ElastiSim's batch system and file system are no nodes; our own property says otherwise. */
BH_TEST(test_set_aside)
{
    const char *path = write_scratch(
        "aside.xml",
        HEAD "<zone id=\"site\" routing=\"Full\">\n" CLUSTER(
            "work", "7", "1GBps") "<zone id=\"heads\" routing=\"None\">\n"
                                  "<host id=\"m\" speed=\"1Gf\"><prop id=\"role\" value=\"master\"/></host>\n"
                                  "<host id=\"s\" speed=\"0f\"><prop id=\"role\" value=\"storage\"/></host>\n"
                                  "<host id=\"b\" speed=\"0Gf\"><prop id=\"batch_system\" value=\"true\"/></host>\n"
                                  "<host id=\"p\" speed=\"0Gf\"><prop id=\"pfs_host\" value=\"true\"/></host>\n"
                                  "</zone></zone></platform>\n");
    struct bh_platform_facts facts;
    probe_file(path, 8, &facts);
    assert_int_equal(facts.hosts, 8);
    assert_int_equal(facts.storage_hosts, 0);
    assert_string_equal(facts.set_aside,
                        "b (batch_system=\"true\"), m (role=\"master\"), p (pfs_host=\"true\"), s (role=\"storage\")");
    unlink(path);
}

/* Of an older version: SimGrid's harmless warning is no reason, and what it chokes on is. */
BH_TEST(test_versions)
{
    static const struct {
        const char *version, *inside, *what;
    } cases[] = {
        {"4", "<zone id=\"s\" routing=\"Full\">" CLUSTER("l", "1", "1GBps") CLUSTER("r", "1", "1GBps") "</zone>",
         "no route from host l0 to host r0"},
        {"4",
         "<config><prop id=\"network/TCP_gamma\" value=\"1\"/></config>"
         "<zone id=\"s\" routing=\"Full\">" CLUSTER("l", "1", "1GBps") "</zone>",
         "network/TCP_gamma"},
        {"4.2", CLUSTER("l", "1", "1GBps"), "the platform's version is newer than SimGrid"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text =
            bh_print_text("<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
                          "<platform version=\"%s\">%s</platform>\n",
                          cases[i].version, cases[i].inside);
        const char *path = write_scratch("version.xml", text);
        struct bh_error err = {0};
        struct bh_platform_facts facts;
        assert_int_equal(bh_platform_probe(path, 0, place, &facts, &err), -1);
        if (strstr(err.text, cases[i].what) == NULL || strstr(err.text, "fine") != NULL ||
            strstr(err.text, "simgrid_update"))
            fail_msg("expected \"%s\" alone, found \"%s\"", cases[i].what, err.text);
        unlink(path);
        free(text);
    }
}

/* A byte order mark is legal, and lines are counted as without it. */
BH_TEST(test_mark)
{
    const char *path = write_scratch("mark.xml", "\xEF\xBB\xBF" HEAD CLUSTER("w", "3", "1GBps") "</platform>\n");
    struct bh_platform_facts facts;
    probe_file(path, 4, &facts);
    assert_int_equal(facts.hosts, 4);
    unlink(path);
    path = write_scratch("mark.xml", "\xEF\xBB\xBF" HEAD CLUSTER("w", "3", "1GB") "</platform>\n");
    struct bh_error err = {0};
    assert_int_equal(bh_platform_probe(path, 0, place, &facts, &err), -1);
    assert_message(&err, path, ":4:1: ", "unknown unit");
    unlink(path);
}

BH_TEST(test_nested)
{
    enum { LEVELS = 100000, BYTES = 64 };
    char *text = bh_allocate(LEVELS, BYTES), *at = text;
    at += sprintf(at, "%s", HEAD);
    for (int i = 0; i < LEVELS - 8; i++)
        at += sprintf(at, "<zone id=\"z%d\" routing=\"Full\">\n", i);
    const char *path = write_scratch("nested.xml", text);
    struct bh_error err = {0};
    struct bh_platform_facts facts;
    assert_int_equal(bh_platform_probe(path, 0, place, &facts, &err), -1);
    assert_message(&err, path, ":67:1: ", "nested deeper than 64");
    unlink(path);
    free(text);
}

BH_TEST(test_unreadable)
{
    static const struct {
        const char *path, *what;
    } cases[] = {{"/nowhere/machine.xml", "No such file"},
                 {"/", "it is a directory"},
                 {"/dev/null", "regular file"},
                 {"/nowhere/machine.yaml", "No such file"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bh_error err = {0};
        struct bh_platform_facts facts;
        int is_temporary;
        assert_null(prepare_platform(cases[i].path, 4, place, &is_temporary, &err));
        assert_message(&err, "scenario.yaml", ":4:11: cannot read the platform file ", cases[i].what);
        err = (struct bh_error){0};
        assert_int_equal(bh_platform_probe(cases[i].path, 0, place, &facts, &err), -1);
        assert_message(&err, "scenario.yaml", ":4:11: cannot read the platform file ", cases[i].what);
    }
}

BH_TEST(test_bad_options)
{
    const char *before = getenv("BH_SIMGRID_OPTIONS");
    char *kept = before ? bh_copy_text(before) : NULL, *path = shipped("testbed.xml");
    setenv("BH_SIMGRID_OPTIONS", "--cfg=no/such:1", 1);
    struct bh_error err = {0};
    struct bh_platform_facts facts;
    assert_int_equal(bh_platform_probe(path, 0, place, &facts, &err), -1);
    assert_non_null(strstr(err.text, "no/such"));
    if (kept)
        setenv("BH_SIMGRID_OPTIONS", kept, 1);
    else
        unsetenv("BH_SIMGRID_OPTIONS");
    free(kept);
    free(path);
}

/* --- Broken descriptions --------------------------------------------------------------------------------------------- */

static char *read_shipped(const char *name)
{
    char *path = shipped(name), *text = bh_allocate(1 << 16, 1);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    free(path);
    return text;
}

BH_TEST(test_broken_descriptions)
{
    static const struct {
        const char *old, *new, *what;
    } cases[] = {
        {"machine: parametric", "machine: parametrc", "parametric"},
        {"node-speed:", "nod-speed:", "node-speed"},
        {"unit: TB/s, status: published", "unit: TB, status: published", "TB"},
        {"value: 4.6", "value: -4.6", "4.6"},
        {"unit: flop/s", "unit: flops", "flop/s"},
        {"range: [0.5, 1],", "", "range"},
        {"value: 0.8", "value: 1.5", "range"},
        {"at-nodes:", "at-node:", "at-nodes"},
        {"least: 1,", "least: 0,", "0"},
        {"value: 2, unit: us", "value: 2", "us"},
    };
    char *text = read_shipped("parametric.yaml");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *found = strstr(text, cases[i].old);
        assert_non_null(found);
        char *changed =
            bh_print_text("%.*s%s%s", (int)(found - text), text, cases[i].new, found + strlen(cases[i].old));
        const char *path = write_scratch("machine.yaml", changed);
        struct bh_error err = {0};
        int is_temporary;
        assert_null(prepare_platform(path, 1024, place, &is_temporary, &err));
        if (err.code != BH_ERROR_INPUT || strncmp(err.text, path, strlen(path)) != 0 ||
            !strstr(err.text, cases[i].what))
            fail_msg("%s: found \"%s\"", cases[i].new, err.text);
        unlink(path);
        free(changed);
    }
    free(text);

    struct bh_error err = {0};
    int is_temporary;
    char *path = shipped("parametric.yaml");
    assert_null(prepare_platform(path, UINT64_C(1) << 40, place, &is_temporary, &err));
    assert_message(&err, "scenario.yaml", ":4:11: ", "1 to 16777216 nodes");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),     cmocka_unit_test(test_parametric_sizes),
        cmocka_unit_test(test_broken),      cmocka_unit_test(test_forms),
        cmocka_unit_test(test_nested),      cmocka_unit_test(test_other_hosts),
        cmocka_unit_test(test_set_aside),   cmocka_unit_test(test_versions),
        cmocka_unit_test(test_mark),        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_bad_options), cmocka_unit_test(test_broken_descriptions),
    };
    return cmocka_run_group_tests_name("platform", tests, set_up, tear_down);
}
