/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* QEMU's machine protocol. Each message is a line. */
#include "lab/node/qmp.h"

#include <stdlib.h>
#include <string.h>

/* The next message; NULL where there is none. */
static json_t *next_message(struct bh_qmp *qmp, struct bh_error *err)
{
    char *line = NULL;
    size_t room = 0;
    json_t *message = NULL;
    ssize_t length = getline(&line, &room, qmp->stream);
    qmp->has_ended = length <= 0 || line[length - 1] != '\n';
    if (qmp->has_ended)
        bh_fail(err, BH_ERROR_SYSTEM, "QEMU closed its control socket");
    else if ((message = json_loads(line, 0, NULL)) == NULL)
        bh_fail(err, BH_ERROR_SYSTEM, "QEMU said no JSON on its control socket: %.100s", line);
    free(line);
    return message;
}

int bh_qmp_begin(struct bh_qmp *qmp, FILE *stream, struct bh_error *err)
{
    qmp->stream = stream;
    json_t *greeting = next_message(qmp, err);
    if (greeting == NULL)
        return -1;
    json_decref(greeting);
    return bh_qmp_do(qmp, "qmp_capabilities", NULL, err);
}

json_t *bh_qmp_command(struct bh_qmp *qmp, const char *name, json_t *arguments, struct bh_error *err)
{
    json_t *command = json_pack("{ss, so*}", "execute", name, "arguments", arguments);
    char *text = json_dumps(command, JSON_COMPACT);
    json_decref(command);
    int written = fprintf(qmp->stream, "%s\n", text);
    free(text);
    if (written < 0 || fflush(qmp->stream) != 0) {
        bh_fail(err, BH_ERROR_SYSTEM, "cannot write to QEMU's control socket");
        return NULL;
    }
    for (;;) {
        json_t *message = next_message(qmp, err), *answer = NULL;
        if (message == NULL)
            return NULL;
        const char *description;
        if ((answer = json_object_get(message, "return")) != NULL)
            json_incref(answer);
        bool is_error = json_unpack(message, "{s{ss}}", "error", "desc", &description) == 0;
        if (is_error)
            bh_fail(err, BH_ERROR_SYSTEM, "QEMU refused %s: %s", name, description);
        json_decref(message);
        if (answer != NULL || is_error)
            return answer;
    }
}

int bh_qmp_do(struct bh_qmp *qmp, const char *name, json_t *arguments, struct bh_error *err)
{
    json_t *answer = bh_qmp_command(qmp, name, arguments, err);
    json_decref(answer);
    return answer == NULL ? -1 : 0;
}

int bh_qmp_wait(struct bh_qmp *qmp, const char *event, struct bh_error *err)
{
    for (;;) {
        json_t *message = next_message(qmp, err);
        if (message == NULL)
            return -1;
        const char *name = json_string_value(json_object_get(message, "event"));
        bool is_it = name != NULL && strcmp(name, event) == 0;
        json_decref(message);
        if (is_it)
            return 0;
    }
}
