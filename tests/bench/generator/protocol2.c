/* Protocol 2: `grid_delta` by ticks.
 *
 * Each tick is read once, by whoever gets it first; after that a receiver only adds "this tick,
 * now". What a tick acknowledges is settled in the order of ticks at the end, so the share seen is
 * exact over all receivers, sampled or not. Not here: protocol 1 (`protocol1.c`). */
#define _GNU_SOURCE
#include "generator.h"

#include <stdlib.h>
#include <string.h>

#define DELTA "[\"grid_delta\",{\"tick\":"
#define DELTA_LENGTH (sizeof DELTA - 1)
#define MOST_HOLES 4096 /* remembered of one gap */

struct acknowledged {
    uint32_t player, seq;
};

struct tick {
    size_t first, entries, length; /* in `acks`; `length` 0: not seen yet */
    uint64_t moves, all_moves;     /* how many it acknowledges, and all ticks up to it */
};

struct hole {
    struct connection *at;
    int64_t tick;
};

static struct tick *ticks;
static int64_t base = -1;
static size_t ticks_size;
static struct acknowledged *acks;
static size_t acks_length, acks_size;
static struct hole *holes;
static size_t holes_length, holes_size;
static uint32_t *highest;    /* seq of each player over all receivers */
static uint32_t *seen_seqs;  /* by sample, then player */

#define GROW(array, length, size)                                        \
    if ((length) >= (size)) {                                            \
        (size) = (length)*2 + 1024;                                      \
        (array) = realloc((array), (size) * sizeof *(array));            \
        if (!(array))                                                    \
            abort();                                                     \
    }

void protocol2_start(void) {
    highest = allocate((size_t)options.players, sizeof *highest);
    seen_seqs = allocate((size_t)options.samples * (size_t)options.players, sizeof *seen_seqs);
}

static struct tick *tick_of(int64_t number) {
    if (base < 0)
        base = number > 64 ? number - 64 : 0;
    if (number < base || number - base > 1 << 24)
        return NULL;
    size_t index = (size_t)(number - base);
    if (index >= ticks_size) {
        size_t size = (index + 1) * 2 + 1024;
        ticks = realloc(ticks, size * sizeof *ticks);
        if (!ticks)
            abort();
        memset(ticks + ticks_size, 0, (size - ticks_size) * sizeof *ticks);
        ticks_size = size;
    }
    return &ticks[index];
}

/* The number of a delta and whether it is a full state; false if its beginning does not tell. */
static bool read_head(const char *args, size_t length, bool whole, int64_t *tick, bool *full) {
    const char *end = args + length, *at = NULL;
    *full = false;
    if (length > DELTA_LENGTH && memcmp(args, DELTA, DELTA_LENGTH) == 0) {
        at = read_number(args + DELTA_LENGTH, end, tick);
        if (at && end - at > 12 && memcmp(at, ",\"full\":", 8) == 0) {
            *full = at[8] == 't';
            return true;
        }
        if (at && end - at > 9 && memcmp(at, ",\"joins\":", 9) == 0)
            return true; /* no server of ours writes `full` after the lists */
    }
    if (!whole || !memmem(args, length < 24 ? length : 24, "\"grid_delta\"", 12) ||
        !(at = after_key(args, end, "\"tick\"")) || !read_number(at, end, tick))
        return false;
    at = after_key(args, end, "\"full\"");
    *full = at && at < end && *at == 't';
    return true;
}

/* Appends the players and seqs of a delta's `moves` to `acks`. */
static void read_moves(const char *args, size_t length) {
    const char *end = args + length, *at = after_key(args, end, "\"moves\"");
    size_t id_length;
    int64_t x, y, seq;
    while (at && (at = memchr(at, '[', (size_t)(end - at))) && at < end) {
        const char *list_end;
        while (at < end && (*at == '[' || *at == ' '))
            at++;
        const char *id = read_string(at, end, &id_length);
        if (!id || !(list_end = read_number(id + id_length + 1, end, &x)) ||
            !(list_end = read_number(list_end, end, &y)) ||
            !(list_end = read_number(list_end, end, &seq)))
            return;
        int player = ids_find(id, id_length);
        if (player >= 0 && seq > run.moves_sent[player])
            run.unexpected++;
        else if (player >= 0) {
            GROW(acks, acks_length, acks_size)
            acks[acks_length++] = (struct acknowledged){(uint32_t)player, (uint32_t)seq};
        }
        for (at = list_end; at < end && (*at == ']' || *at == ' '); at++)
            if (*at == ']' && at + 1 < end && at[1] == ']')
                return;
        if (at >= end || *at != ',')
            return;
    }
}

static void see(struct connection *c, size_t first, size_t entries) {
    if (c->sample < 0)
        return;
    uint32_t *seen = seen_seqs + (size_t)c->sample * (size_t)options.players;
    int64_t now = now_us();
    for (size_t i = first; i < first + entries; i++)
        for (uint32_t *at = &seen[acks[i].player]; *at < acks[i].seq; ++*at)
            move_seen(acks[i].player, *at, now);
}

static void note_gap(struct connection *c, int64_t tick) {
    run.gaps++;
    for (int64_t lost = c->tick + 1; lost < tick && lost <= c->tick + MOST_HOLES; lost++) {
        GROW(holes, holes_length, holes_size)
        holes[holes_length++] = (struct hole){c, lost};
    }
}

static void fill_holes(struct connection *c, int64_t tick) {
    for (size_t i = 0; i < holes_length; i++)
        if (holes[i].at == c && (tick < 0 || holes[i].tick == tick))
            holes[i].at = NULL;
}

/* A tick has come whole; false if it adds nothing to what this receiver knew. */
static bool advance(struct connection *c, int64_t tick, bool full) {
    if (full) {
        if (c->kind == PLAYER && c->has_state)
            run.fulls++;
        fill_holes(c, -1);
    } else if (!c->has_state) {
        return false;
    } else if (tick <= c->tick) {
        if (c->kind == PLAYER) {
            run.doubled += tick == c->tick;
            run.out_of_order += tick < c->tick;
            fill_holes(c, tick);
        }
        return false;
    } else if (tick != c->tick + 1 && c->kind == PLAYER) {
        note_gap(c, tick);
    }
    c->tick = tick;
    c->has_state = true;
    if (c->stage == WELCOMED)
        connection_joined(c);
    return true;
}

static void take_tick(struct connection *c, int64_t number, const struct tick *tick) {
    if (!advance(c, number, false))
        return;
    c->ticks++;
    run.counts.ticks++;
    run.counts.tick_moves += tick->moves;
    see(c, tick->first, tick->entries);
}

static void read_tick(struct tick *tick, const char *args, size_t length) {
    tick->length = length;
    tick->first = acks_length;
    read_moves(args, length);
    tick->entries = acks_length - tick->first;
    for (size_t i = tick->first; i < acks_length; i++)
        if (acks[i].seq > highest[acks[i].player]) {
            tick->moves += acks[i].seq - highest[acks[i].player];
            highest[acks[i].player] = acks[i].seq;
        }
}

static void take_full(struct connection *c, int64_t number, const char *args, size_t length) {
    size_t first = acks_length;
    if (!advance(c, number, true))
        return;
    read_moves(args, length);
    c->seen_by_full = 0;
    for (size_t i = first; i < acks_length; i++)
        c->seen_by_full += acks[i].seq;
    see(c, first, acks_length - first);
    acks_length = first;
}

void protocol2_event(struct connection *c, const char *args, size_t length) {
    int64_t number;
    bool full;
    if (!run.moving)
        run.heard_us = run.checked_us;
    if (!read_head(args, length, true, &number, &full))
        return;
    struct tick *tick = run.moving && c->kind == PLAYER && !full ? tick_of(number) : NULL;
    if (tick) {
        if (!tick->length)
            read_tick(tick, args, length);
        else
            run.differing += tick->length != length;
        take_tick(c, number, tick);
    } else if (run.moving && c->kind == PLAYER && full) {
        take_full(c, number, args, length);
    } else {
        advance(c, number, full);
    }
}

bool protocol2_may_be_skipped(struct connection *c, const char *args, size_t length) {
    int64_t number;
    bool full;
    if (!read_head(args, length, false, &number, &full))
        return false;
    if (run.moving && c->kind == PLAYER) {
        struct tick *tick = full ? NULL : tick_of(number);
        if (!tick || !tick->length)
            return false;
    }
    c->skipped_tick = number;
    c->skipped_full = full;
    return true;
}

void protocol2_skipped(struct connection *c) {
    struct tick *tick = run.moving && c->kind == PLAYER ? tick_of(c->skipped_tick) : NULL;
    if (!run.moving)
        run.heard_us = run.checked_us;
    if (tick && tick->length && !c->skipped_full)
        take_tick(c, c->skipped_tick, tick);
    else
        advance(c, c->skipped_tick, c->skipped_full);
}

/* How many moves this receiver has been shown; exact once `protocol2_end` has run. */
uint64_t protocol2_seen(const struct connection *c) {
    struct tick *tick = c->tick >= base && base >= 0 ? tick_of(c->tick) : NULL;
    uint64_t seen = tick ? tick->all_moves : 0;
    if (c->seen_by_full > seen)
        seen = c->seen_by_full;
    return seen > c->missing ? seen - c->missing : 0;
}

/* Settles in the order of ticks what each acknowledged, and what each receiver missed. */
void protocol2_end(void) {
    uint64_t all = 0;
    memset(highest, 0, (size_t)options.players * sizeof *highest);
    for (size_t t = 0; t < ticks_size; t++) {
        ticks[t].moves = 0;
        for (size_t i = ticks[t].first; i < ticks[t].first + ticks[t].entries; i++) {
            uint32_t *so_far = &highest[acks[i].player];
            if (acks[i].seq > *so_far) {
                ticks[t].moves += acks[i].seq - *so_far;
                *so_far = acks[i].seq;
            }
        }
        ticks[t].all_moves = all += ticks[t].moves;
    }
    for (size_t i = 0; i < holes_length; i++) {
        struct tick *tick = holes[i].at ? tick_of(holes[i].tick) : NULL;
        if (tick)
            holes[i].at->missing += tick->moves;
    }
    for (int sample = 0; sample < options.samples; sample++)
        for (int player = 0; player < options.players; player++)
            run.lost_sampled +=
                run.moves_each - seen_seqs[(size_t)sample * (size_t)options.players + player];
}
