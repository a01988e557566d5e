/* Engine.IO 4 and Socket.IO 5 around the game's events: open, heartbeat, CONNECT, events.
 *
 * Not here: the events of either dialect (`protocol1.c`, `protocol2.c`), frames (`websocket.c`). */
#include "generator.h"

#include <stdio.h>
#include <string.h>

#define EVENT "42" NAMESPACE ","
#define EVENT_LENGTH (sizeof EVENT - 1)

enum { TEXT = 1 };

static void enter(struct connection *c) {
    const char *connect = options.protocol == 2 ? "40" NAMESPACE ",{\"protocol\":2}" : "40" NAMESPACE ",";
    c->stage = ENTERING;
    frame_send(c, TEXT, connect, strlen(connect));
}

/* The first event of both dialects: who one is. */
static bool welcomed(struct connection *c, const char *args, size_t length) {
    const char *end = args + length, *value;
    size_t id_length;
    int64_t width, height;
    if (length < 12 || memcmp(args, "[\"message\"", 10) != 0)
        return false;
    if (c->stage != ENTERING || !(value = after_key(args, end, "\"userId\"")) ||
        !(value = read_string(value, end, &id_length)) || id_length > MAX_ID)
        return true;
    memcpy(c->id, value, id_length);
    c->id_length = (uint8_t)id_length;
    c->stage = WELCOMED;
    if ((value = after_key(args, end, "\"gridDimension\"")) &&
        (value = read_number(value, end, &width)) && read_number(value, end, &height)) {
        run.grid_width = (int)width;
        run.grid_height = (int)height;
    }
    if (options.protocol == 2 && !after_key(args, end, "\"protocol\"")) {
        run.problem = "the server does not speak protocol 2";
        connection_close(c, true);
    }
    return true;
}

void text_received(struct connection *c, const char *text, size_t length) {
    if (length > EVENT_LENGTH && memcmp(text, EVENT, EVENT_LENGTH) == 0) {
        text += EVENT_LENGTH;
        length -= EVENT_LENGTH;
        if (c->stage < WELCOMED && welcomed(c, text, length))
            return;
        if (options.protocol == 1)
            protocol1_event(c, text, length);
        else
            protocol2_event(c, text, length);
        return;
    }
    if (!length)
        return;
    if (text[0] == '2') {
        frame_send(c, TEXT, "3", 1);
    } else if (text[0] == '0' && c->stage == OPENING) {
        enter(c);
    } else if (text[0] == '1' || (length > 1 && text[0] == '4' && text[1] == '1')) {
        connection_close(c, false);
    } else if (length > 1 && text[0] == '4' && text[1] == '4') {
        if (options.verbose)
            fprintf(stderr, "refused: %.*s\n", (int)length, text);
        connection_close(c, true);
    }
}

/* Whether a payload that has come in part needs no more of it; `text_skipped` follows its end. */
bool text_may_be_skipped(struct connection *c, const char *text, size_t length) {
    static const char status[] = EVENT "[\"grid_status\"";
    c->skipped_tick = -1;
    if (options.protocol == 1)
        return memcmp(text, status, sizeof status - 1) == 0;
    return memcmp(text, EVENT, EVENT_LENGTH) == 0 &&
           protocol2_may_be_skipped(c, text + EVENT_LENGTH, length - EVENT_LENGTH);
}

void text_skipped(struct connection *c) {
    if (options.protocol == 2 && c->skipped_tick >= 0)
        protocol2_skipped(c);
}
