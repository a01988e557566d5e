/* Protocol 1: every move is one `user_position` at every receiver.
 *
 * Every receiver counts them all and adds up their hashes, so that two defects which cancel out
 * still show; a sampled one also knows whose k-th move it is, checked against the cell that the
 * move must have led to. Not here: ticks (`protocol2.c`). */
#define _GNU_SOURCE
#include "generator.h"

#include <string.h>

#define POSITION "[\"user_position\","
#define POSITION_LENGTH (sizeof POSITION - 1)
#define LOST_AT_ONCE 3 /* with four cells in a round the next one looks like a doubled frame */

/* What a sampled receiver has seen of a player; bit i of `holes` is the move `next` - 1 - i. */
struct cursor {
    uint32_t next;
    uint64_t holes;
};

static struct cursor *cursors;

void protocol1_start(void) {
    cursors = allocate((size_t)options.samples * (size_t)options.players, sizeof *cursors);
}

static uint64_t hash(const char *text, size_t length) {
    uint64_t h = length, word;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    word = 0;
    memcpy(&word, text, length);
    return (h ^ word) * 0x9e3779b97f4a7c15u;
}

static void sampled(int sample, uint32_t player, int x, int y) {
    struct cursor *cursor = cursors + (size_t)sample * (size_t)options.players + player;
    const struct move *moves = run.moves + (size_t)player * run.moves_each;
    uint32_t next = cursor->next;
    int64_t now = now_us();
#define LEADS_HERE(number) \
    ((number) < run.moves_sent[player] && moves[number].x == x && moves[number].y == y)
    if (LEADS_HERE(next)) {
        cursor->holes <<= 1;
        cursor->next++;
        move_seen(player, next, now);
        return;
    }
    for (uint32_t back = 0; back < 64 && back < next && cursor->holes >> back; back++)
        if (cursor->holes >> back & 1 && LEADS_HERE(next - 1 - back)) {
            cursor->holes &= ~(1ull << back);
            run.out_of_order++;
            move_seen(player, next - 1 - back, now);
            return;
        }
    if (next > 0 && LEADS_HERE(next - 1)) {
        run.doubled++;
        return;
    }
    for (uint32_t lost = 1; lost <= LOST_AT_ONCE; lost++)
        if (LEADS_HERE(next + lost)) {
            cursor->holes = cursor->holes << (lost + 1) | ((1ull << lost) - 1) << 1;
            cursor->next += lost + 1;
            move_seen(player, next + lost, now);
            return;
        }
    run.unexpected++;
#undef LEADS_HERE
}

static void count(struct connection *c, const char *args, size_t length) {
    c->positions++;
    c->digest += hash(args, length);
    run.counts.positions++;
}

static void position(struct connection *c, const char *args, size_t length) {
    const char *end = args + length, *id, *pos;
    size_t id_length;
    int64_t x, y;
    if (!(id = after_key(args, end, "\"userId\"")) || !(id = read_string(id, end, &id_length)) ||
        !(pos = after_key(args, end, "\"pos\"")) || !(pos = read_number(pos, end, &x)) ||
        !read_number(pos, end, &y))
        return; /* someone left */
    if (c->stage == WELCOMED && id_length == c->id_length && !memcmp(id, c->id, id_length)) {
        c->x = (int)x;
        c->y = (int)y;
        connection_joined(c);
        return;
    }
    int player = run.moving && c->kind == PLAYER ? ids_find(id, id_length) : -1;
    if (player < 0)
        return;
    count(c, args, length);
    if (c->sample >= 0)
        sampled(c->sample, (uint32_t)player, (int)x, (int)y);
}

void protocol1_event(struct connection *c, const char *args, size_t length) {
    if (length > POSITION_LENGTH + 8 && memcmp(args, POSITION, POSITION_LENGTH) == 0) {
        /* Most frames end here: a place, not a departure, at somebody who is not sampled. */
        if (run.moving && c->sample < 0 && c->kind == PLAYER && !run.strict &&
            memcmp(args + length - 3, "]}]", 3) == 0)
            count(c, args, length);
        else if (c->stage == WELCOMED || (run.moving && c->kind == PLAYER))
            position(c, args, length);
    } else if (length > 20 && memmem(args, 20, "\"user_position\"", 15)) {
        position(c, args, length); /* written with other white space */
    }
    if (!run.moving)
        run.heard_us = run.checked_us;
}

/* Settles what the sampled receivers never saw. */
void protocol1_end(void) {
    for (int sample = 0; sample < options.samples; sample++)
        for (int player = 0; player < options.players; player++) {
            struct cursor *cursor = cursors + (size_t)sample * (size_t)options.players + player;
            run.lost_sampled += run.moves_each - cursor->next;
            run.lost_sampled += (uint64_t)__builtin_popcountll(cursor->holes);
        }
    uint64_t common = options.players ? run.players[0].digest : 0;
    for (int i = 1; i < options.players; i++)
        run.differing += run.players[i].digest != common;
}
