/* RFC 6455 as a client: frames out of what was read, masked frames to be sent.
 *
 * The end of a large payload that nobody needs is skipped, not kept. Fragments and compression,
 * which Socket.IO servers do not use unless asked to, end the connection. Not here: payloads
 * (`engine.c`). */
#include "generator.h"

#include <string.h>

#define ENOUGH_TO_TELL 96 /* bytes of a payload that show which event it is */
#define BIG 16384

enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

static void frame_received(struct connection *c, int first, const uint8_t *payload, size_t length) {
    switch (first & 0x7f) {
    case TEXT:
        text_received(c, (const char *)payload, length);
        break;
    case PING:
        frame_send(c, PONG, (const char *)payload, length < 125 ? length : 125);
        break;
    case PONG:
        break;
    case CLOSE:
        connection_close(c, false);
        break;
    default:
        run.problem = "a frame that is neither text nor control came";
        connection_close(c, false);
    }
}

/* Takes in every whole frame; returns how many bytes are done with. */
size_t frames_read(struct connection *c, const uint8_t *bytes, size_t length) {
    size_t at = 0;
    while (c->stage != CLOSED && length - at >= 2) {
        const uint8_t *frame = bytes + at;
        size_t left = length - at, header = 2;
        uint64_t payload = frame[1] & 0x7f;
        if (payload == 126) {
            header = 4;
            if (left < header)
                break;
            payload = (uint64_t)frame[2] << 8 | frame[3];
        } else if (payload == 127) {
            header = 10;
            if (left < header)
                break;
            payload = 0;
            for (int i = 2; i < 10; i++)
                payload = payload << 8 | frame[i];
        }
        if (!(frame[0] & 0x80) || (frame[0] & 0x70) || (frame[1] & 0x80)) {
            run.problem = "a fragment, an extension or a masked frame came";
            connection_close(c, false);
            break;
        }
        size_t here = left - header;
        c->big_frames = payload >= BIG;
        if (here < payload) {
            if (here >= ENOUGH_TO_TELL && (frame[0] & 0x0f) == TEXT &&
                text_may_be_skipped(c, (const char *)frame + header, here)) {
                c->skip = payload - here;
                return length;
            }
            break;
        }
        frame_received(c, frame[0], frame + header, payload);
        at += header + payload;
    }
    return c->stage == CLOSED ? length : at;
}

/* Sends a frame of less than 64 KiB, masked as a client must. */
void frame_send(struct connection *c, int opcode, const char *payload, size_t length) {
    static uint32_t key = 0x9e3779b9u;
    uint8_t frame[1024], mask[4];
    if (length > sizeof frame - 8)
        length = sizeof frame - 8;
    key ^= key << 13, key ^= key >> 17, key ^= key << 5;
    memcpy(mask, &key, 4);
    size_t at = 0;
    frame[at++] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        frame[at++] = (uint8_t)(0x80 | length);
    } else {
        frame[at++] = 0x80 | 126;
        frame[at++] = (uint8_t)(length >> 8);
        frame[at++] = (uint8_t)length;
    }
    memcpy(frame + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < length; i++)
        frame[at + i] = (uint8_t)payload[i] ^ mask[i & 3];
    connection_send(c, frame, at + length);
}
