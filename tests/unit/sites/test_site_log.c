/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Logs of sites: which form a text has, which lines are failures, what becomes one failure, and of which error zone. */
#include "models/base/error.h"
#include "models/sites/site_log.h"
#include "tests/support/helper.h"

#include <stdlib.h>
#include <string.h>

static struct bh_failure_log *parse(const char *text, int year, double window_s)
{
    struct bh_error err = {0};
    struct bh_log_reading *reading = bh_log_reading_create();
    reading->year = year;
    reading->window_s = window_s;
    struct bh_failure_log *log = bh_site_log_parse(text, strlen(text), "guest7.log", reading, &err);
    bh_log_reading_destroy(reading);
    if (log == NULL)
        fail_msg("%s", err.text);
    return log;
}

static void assert_failure(const struct bh_failure_log *log, size_t i, const char *node, const char *cause,
                           const char *detail, int zone, double down_s)
{
    const struct bh_failure *failure = &log->failures[i];
    assert_string_equal(bh_name_list_text(log->node_names, failure->node), node);
    assert_string_equal(bh_name_list_text(log->cause_names, failure->cause), cause);
    assert_string_equal(bh_name_list_text(log->detail_names, failure->detail), detail);
    assert_int_equal(bh_failure_log_zone(log, failure), zone);
    assert_close(failure->down_s, down_s, 0);
}

static bool has_note(const struct bh_failure_log *log, const char *part)
{
    for (uint32_t n = 0; n < bh_name_list_count(log->notes); n++)
        if (strstr(bh_name_list_text(log->notes, n), part) != NULL)
            return true;
    return false;
}

/* Hosts in two spellings of time; a panic with what comes before and behind it, reboots with and without a word, GPUs. */
static const char lines[] =
    "2026-03-01T10:00:00+0100 n1 systemd[1]: Started a thing.\n"
    "2026-03-01T10:00:05+0100 n2 kernel: NVRM: Xid (PCI:0000:10:1c): 63, pid=1, Row Remapper: new row\n"
    "2026-03-01T10:01:00+0100 n2 kernel: NVRM: Xid (PCI:0000:10:1c): 48, pid=1, DBE\n"
    "2026-03-01T10:01:01+0100 n2 kernel: NVRM: Xid (PCI:0000:10:1c): 94, pid=1, Contained\n"
    "2026-03-01T10:02:00+0100 n1 kernel: app[88]: segfault at 0 ip 0 sp 0 error 4 in app\n"
    "2026-03-01T10:02:10+0100 n1 kernel: BUG: unable to handle page fault for address: 0\n"
    "2026-03-01T10:02:11+0100 n1 kernel: Kernel panic - not syncing: Fatal exception\n"
    "2026-03-01T10:02:11+0100 n1 kernel: ---[ end Kernel panic - not syncing: Fatal exception ]---\n"
    "2026-03-01T10:07:00+0100 n1 systemd-journald[1]: Journal started\n"
    "2026-03-01T10:07:01+0100 n1 kernel: Linux version 6.1.0\n"
    "2026-03-01T12:00:00+0100 n3 systemd[1]: Reached target reboot.target - System Reboot.\n"
    "2026-03-01T12:03:00+0100 n3 kernel: Linux version 6.1.0\n"
    "2026-03-01T13:00:00+0100 n3 kernel: qemu-system-x86[9]: segfault at 0 ip 0 sp 0 error 4\n"
    "2026-03-01T14:00:00+0100 n3 kernel: EDAC MC0: 1 CE memory read error on DIMM_A1\n"
    "2026-03-01T15:00:00+0100 n3 kernel: EDAC MC0: 1 UE memory read error on DIMM_A1\n"
    "   a line that goes on\n";

BH_TEST(test_lines)
{
    struct bh_failure_log *log = parse(lines, 0, 300.0);
    assert_string_equal(log->format, "lines of a system log");
    assert_int_equal(log->failures_count, 4);
    /* In the order in which hosts were met. The crash and the oops are the panic's, which the boot ended. */
    assert_failure(log, 0, "n1", "kernel panic", "", 1, 301);
    assert_failure(log, 1, "n2", "GPU", "Xid 48", 1, NAN);
    assert_failure(log, 2, "n3", "VMM died", "", 2, NAN);
    assert_failure(log, 3, "n3", "memory, uncorrected", "", 1, NAN);
    assert_close(log->failures[0].start_s, 1772355720, 0); /* 09:02:00 in UTC */
    assert_true(has_note(log, "1 boots behind a shutdown that was asked for"));
    assert_true(has_note(log, "2 lines of corrected errors"));
    assert_true(has_note(log, "8 lines of failures"));
    assert_true(has_note(log, "1 lines without a time"));
    assert_int_equal(log->systems[0].nodes, 3);
    bh_failure_log_destroy(log);
    /* Each line for itself: the crash of the process counts too, and the boot is a failure of its own. */
    log = parse(lines, 0, 0.0);
    assert_int_equal(log->failures_count, 7);
    assert_failure(log, 0, "n1", "process crashed", "", 4, NAN);
    bh_failure_log_destroy(log);
}

/* syslog's times have no year, and the next begins. */
BH_TEST(test_syslog)
{
    static const char text[] = "Dec 31 23:00:00 a kernel: usb 1-1: new device\n"
                               "Dec 31 23:30:00 a kernel: watchdog: BUG: soft lockup - CPU#3 stuck for 22s!\n"
                               "Jan  1 00:30:00 a kernel: Linux version 6.1\n"
                               "Jan  1 02:00:00 b qemu-kvm: guest panicked\n";
    struct bh_failure_log *log = parse(text, 2025, 7200.0);
    assert_int_equal(log->failures_count, 2);
    assert_failure(log, 0, "a", "kernel hang", "", 1, 3600);
    assert_failure(log, 1, "b", "guest panic", "", 3, NAN);
    assert_close(log->failures[1].start_s, 1767232800, 0);
    bh_failure_log_destroy(log);
    struct bh_error err = {0};
    assert_null(bh_site_log_parse(text, strlen(text), "f", NULL, &err));
    assert_non_null(strstr(err.text, "f:1: found a time without a year; expected `--year`"));
}

/* libvirt's log of a guest, whose name the file has. */
BH_TEST(test_libvirt)
{
    struct bh_failure_log *log = parse("2026-03-01 10:00:00.100+0000: starting up libvirt version: 9.0.0\n"
                                       "LC_ALL=C /usr/bin/qemu-system-x86_64 -name guest7\n"
                                       "2026-03-01 11:00:00.100+0000: shutting down, reason=crashed\n"
                                       "2026-03-01 12:00:00.100+0000: starting up libvirt version: 9.0.0\n"
                                       "2026-03-01 13:00:00.100+0000: shutting down, reason=destroyed\n",
                                       0, 300.0);
    assert_int_equal(log->failures_count, 1);
    assert_failure(log, 0, "guest7", "VMM died", "", 2, NAN);
    bh_failure_log_destroy(log);
}

BH_TEST(test_slurm_events)
{
    struct bh_failure_log *log =
        parse("Cluster|NodeName|TimeStart|TimeEnd|State|Reason|User\n"
              "c||2026-02-01T00:00:00|2026-02-01T01:00:00||Cluster Registered TRES|root\n"
              "c|n01|2026-02-02T10:00:00|2026-02-02T10:30:00|DOWN*|Not responding [slurm@2026-02-02T10:00:00]|slurm\n"
              "c|n01|2026-02-02T10:30:00|2026-02-02T12:00:00|DRAIN|check, please|admin\n"
              "c|n02|2026-02-03T10:00:00|2026-02-03T18:00:00|DRAIN|maintenance window|root\n"
              "c|n03|2026-02-04T10:12:00|Unknown|drain|node unexpected reboot|root\n"
              /* Turned off to save energy; and what did not come back from that. */
              "c|n04|2026-02-05T10:00:00|2026-02-05T18:00:00|DOWN+POWERED_DOWN|Power down after SuspendTime|root\n"
              "c|n04|2026-02-06T10:00:00|2026-02-06T18:00:00|IDLE+POWERING_DOWN||root\n"
              "c|n05|2026-02-07T10:00:00|2026-02-07T18:00:00|DOWN+POWERED_DOWN|power supply failed|root\n",
              0, 300.0);
    assert_string_equal(log->format, "Slurm events");
    assert_int_equal(log->failures_count, 3);
    assert_failure(log, 2, "c.n05", "power supply failed", "", 1, 28800);
    assert_failure(log, 0, "c.n01", "not responding", "", 1, 7200);
    assert_failure(log, 1, "c.n03", "node unexpected reboot", "", 1, NAN);
    assert_true(has_note(log, "3 outages were planned"));
    assert_int_equal(log->systems[0].nodes, 5);
    bh_failure_log_destroy(log);
}

BH_TEST(test_slurm_jobs)
{
    struct bh_failure_log *log = parse("JobID|State|Start|End|NNodes|NodeList\n"
                                       "1|COMPLETED|2026-02-01T00:00:00|2026-02-01T10:00:00|1|n1\n"
                                       "1.batch|COMPLETED|2026-02-01T00:00:00|2026-02-01T10:00:00|1|n1\n"
                                       "2|NODE_FAIL|2026-02-01T00:00:00|2026-02-01T05:00:00|4|n[1-4]\n"
                                       "3|NODE_FAIL|2026-02-01T00:00:00|2026-02-02T00:00:00|1|n2\n"
                                       "4|CANCELLED by 7|Unknown|2026-02-02T00:00:00|1|None assigned\n",
                                       0, 300.0);
    assert_string_equal(log->format, "Slurm jobs");
    assert_int_equal(log->failures_count, 2);
    assert_true(has_note(log, "jobs of 1 to 1 nodes: 2, 1 interrupted (50 %), 29.4 in 1000 node-hours"));
    assert_true(has_note(log, "jobs of 4 to 7 nodes: 1, 1 interrupted (100 %), 50 in 1000 node-hours"));
    bh_failure_log_destroy(log);
}

/* Other forms go to their readers; what has no failure, or no text, is told. */
BH_TEST(test_others)
{
    struct bh_failure_log *log = parse("time,node\n2021-03-01 11:45:31,a\n", 0, 300.0);
    assert_string_equal(log->format, "CSV");
    bh_failure_log_destroy(log);
    struct bh_error err = {0};
    static const char quiet[] = "2026-03-01T10:00:00Z n1 kernel: hello\n";
    assert_null(bh_site_log_parse(quiet, strlen(quiet), "f", NULL, &err));
    assert_non_null(strstr(err.text, "f: lines of a system log: found no failure in 1 records"));
    err = (struct bh_error){0};
    static const char hostile[] = "2026-03-01T10:00:00Z n1 kernel: a\n2026-03-01T10:00:00Z n1 \0\n";
    assert_null(bh_site_log_parse(hostile, sizeof hostile - 1, "f", NULL, &err));
    assert_non_null(strstr(err.text, "f:2: found the byte 0x00"));
}

/* As `ras-mc-ctl --errors` prints them: of one host, which the file is named after. */
BH_TEST(test_rasdaemon)
{
    static const char text[] =
        "Memory controller events:\n"
        "1 2026-03-01 01:02:03 +0100 1 Corrected error(s): read error at DIMM_A1 location: 0:1:0:-1, addr 4096, grain "
        "5, "
        "syndrome 0\n"
        "2 2026-03-02 01:02:03 +0100 1 Uncorrected error(s): read error at DIMM_A1 location: 0:1:0:-1, addr 4096, "
        "grain 5, "
        "syndrome 0\n\n"
        "PCIe AER events:\n"
        "1 2026-03-03 01:02:03 +0100 0000:0b:00.0 Corrected error: Receiver Error\n"
        "2 2026-03-04 01:02:03 +0100 0000:0b:00.0 Uncorrected (Non-Fatal) error: Completion Timeout\n"
        "3 2026-03-05 01:02:03 +0100 0000:0b:00.0 Uncorrected (Fatal) error: Malformed TLP\n\n"
        "No Extlog errors.\n\n"
        "MCE events:\n"
        "1 2026-03-06 01:02:03 +0100 error: Corrected error, no action required., CPU 2, mcg mcgstatus=0, mci CECC\n"
        "2 2026-03-07 01:02:03 +0100 error: MEMORY CONTROLLER RD_ERR, mcg mcgstatus=0, mci Uncorrected_error\n"
        "3 2026-03-08 01:02:03 +0100 error: MEMORY CONTROLLER RD_ERR, mcg mcgstatus=0, mci Corrected_error\n";
    struct bh_failure_log *log = parse(text, 0, 300.0);
    assert_int_equal(log->failures_count, 3);
    assert_failure(log, 0, "guest7", "memory, uncorrected", "", 1, NAN);
    assert_failure(log, 1, "guest7", "PCIe, fatal", "", 1, NAN);
    assert_failure(log, 2, "guest7", "machine check", "", 1, NAN);
    assert_close(log->failures[0].start_s, 1772409723.0, 0); /* 2026-03-02 00:02:03 UTC */
    assert_true(has_note(log, "5 lines of corrected errors"));
    assert_true(!has_note(log, "without a time"));
    bh_failure_log_destroy(log);
}

/* Three hosts that panic within two minutes, and again a day later. */
BH_TEST(test_over_hosts)
{
    static const char text[] = "2026-03-01T10:00:00+0000 n1 kernel: Kernel panic - not syncing: x\n"
                               "2026-03-01T10:01:00+0000 n2 kernel: Kernel panic - not syncing: x\n"
                               "2026-03-01T10:02:00+0000 n3 kernel: Kernel panic - not syncing: x\n"
                               "2026-03-02T10:00:00+0000 n1 kernel: Kernel panic - not syncing: x\n";
    struct bh_failure_log *log = parse(text, 0, 300.0);
    assert_int_equal(log->failures_count, 4);
    assert_true(has_note(
        log,
        "over hosts, failures of one cause that follow each other are so many events: 4 within 0 min, 2 within 1 min"));
    bh_failure_log_destroy(log);
}

/* One failure as each form of log has it: when (UTC), and on which host. */
BH_TEST(test_heads)
{
    static const double at_s = 1602007167.0; /* 2020-10-06 17:59:27 UTC, a Tuesday */
    static const struct {
        const char *head, *host;
        double off_s; /* what is told in local time, or with parts of a second */
    } rows[] = {
        {"2020-10-06T19:59:27+0200 n1 kernel:", "n1", 0},           /* journalctl -o short-iso */
        {"2020-10-06T19:59:27.25+02:00 n1 kernel:", "n1", 0.25},    /* -o short-iso-precise; rsyslog */
        {"Tue 2020-10-06 19:59:27 CEST n1 kernel:", "n1", 0},       /* -o short-full */
        {"Tue 2020-10-06 17:59:27 UTC n1 kernel:", "n1", 0},        /* the same with --utc */
        {"Tue 2020-10-06 17:59:27 AEST n1 kernel:", "n1", 0},       /* a zone that nobody knows: local time */
        {"Tue 2020-10-06 17:59:27 EST1 kernel:", "EST1", 0},        /* that is a host */
        {"1602007167.000000 n1 kernel:", "n1", 0},                  /* -o short-unix */
        {"Oct 06 17:59:27 n1 kernel:", "n1", 0},                    /* -o short, with --year */
        {"Oct 06 17:59:27.500000 n1 kernel:", "n1", 0.5},           /* -o short-precise */
        {"Oct  6 17:59:27 n1 kernel:", "n1", 0},                    /* syslog */
        {"<2>Oct  6 17:59:27 n1 kernel:", "n1", 0},                 /* with its priority */
        {"Oct  6 2020 17:59:27 n1 kernel:", "n1", 0},               /* with a year */
        {"<2>1 2020-10-06T17:59:27.000Z n1 kernel - - -", "n1", 0}, /* RFC 5424 */
        {"[Tue Oct  6 17:59:27 2020]", "guest7", 0},                /* dmesg -T: the file is named after its host */
        {"Tue Oct  6 17:59:27 2020 n1 kernel:", "n1", 0},           /* as ctime() */
        {"Tue Oct  6 17:59:27 UTC 2020 n1 kernel:", "n1", 0},       /* as date(1) */
        {"- 1602007167 2020.10.06 n1 Oct 6 17:59:27 n1/n1 kernel:", "n1", 0}, /* public logs with alerts' tags */
        {"VAPI 1602007167 2020.10.06 R02-M1-N0-C:J12-U11 2020-10-06-17.59.27.000000 x RAS", "R02-M1-N0-C:J12-U11", 0},
    };
    for (size_t r = 0; r < BH_COUNT(rows); r++) {
        char *text = bh_print_text("%s Kernel panic - not syncing: x\n", rows[r].head);
        struct bh_failure_log *log = parse(text, 2020, 300.0);
        if (log->failures_count != 1 || fabs(log->failures[0].start_s - at_s - rows[r].off_s) > 1e-6)
            fail_msg("%s: %zu failures, the first %.3f s off", rows[r].head, log->failures_count,
                     log->failures_count > 0 ? log->failures[0].start_s - at_s : NAN);
        assert_string_equal(log->format, "lines of a system log");
        assert_string_equal(bh_name_list_text(log->node_names, log->failures[0].node), rows[r].host);
        bh_failure_log_destroy(log);
        free(text);
    }
}

/* What nobody can date, or is no text of lines or cells, is said to be that. */
BH_TEST(test_no_heads)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"[    1.204510] Linux version 6.1.0\n[ 1234.567890] Kernel panic - not syncing: x\n",
         "f: found times since the boot alone; expected what `dmesg -T` or `journalctl -k` prints"},
        {"<2>[ 1234.567890] Kernel panic - not syncing: x\n", "f: found times since the boot alone"},
        {"{\"__REALTIME_TIMESTAMP\":\"1602000000000000\",\"_HOSTNAME\":\"n1\"}\n", "f: found JSON; expected a table"},
        {"[\n  {\n  \"jobs\": []}]", "f: found JSON"},
    };
    for (size_t r = 0; r < BH_COUNT(rows); r++) {
        struct bh_error err = {0};
        assert_null(bh_site_log_parse(rows[r].text, strlen(rows[r].text), "f", NULL, &err));
        if (strstr(err.text, rows[r].message) == NULL)
            fail_msg("%s: %s", rows[r].text, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),      cmocka_unit_test(test_no_heads),     cmocka_unit_test(test_rasdaemon),
        cmocka_unit_test(test_over_hosts), cmocka_unit_test(test_lines),        cmocka_unit_test(test_syslog),
        cmocka_unit_test(test_libvirt),    cmocka_unit_test(test_slurm_events), cmocka_unit_test(test_slurm_jobs),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
