/* The open schedule: every move's time is fixed before the first one is sent.
 *
 * Latency runs from that time, so neither a slow generator nor a slow server can hide its debt;
 * the latency from the actual send stands beside it. Not here: who saw which move
 * (`protocol1.c`, `protocol2.c`). */
#include "generator.h"

#include <stdio.h>
#include <stdlib.h>

#define JITTER 0.1      /* of the time between two moves of a player */
#define SENDS_AT_ONCE 64 /* receiving gets its turn in between */

struct due {
    int64_t us;
    uint32_t player;
};

static struct due *plan;
static size_t planned, next;

static double chance(void) {
    static uint64_t state;
    if (!state)
        state = options.seed * 0x9e3779b97f4a7c15u + 1;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

static int by_time(const void *a, const void *b) {
    const struct due *one = a, *other = b;
    if (one->us != other->us)
        return one->us < other->us ? -1 : 1;
    return one->player < other->player ? -1 : one->player > other->player;
}

static const char *direction_of(const struct connection *c, uint32_t number) {
    static const char *const names[] = {"right", "down", "left", "up"};
    /* Round a square that lies inside of the grid, so that no two moves in a row look alike. */
    bool leftwards = c->x >= run.grid_width, upwards = c->y >= run.grid_height;
    uint32_t turn = number & 3;
    return names[turn & 1 ? (turn + 2 * upwards) & 3 : (turn + 2 * leftwards) & 3];
}

static void make_cells(const struct connection *c, struct move *moves) {
    int x = c->x, y = c->y;
    for (uint32_t number = 0; number < run.moves_each; number++) {
        const char *direction = direction_of(c, number);
        x += (direction[0] == 'r' && x < run.grid_width) - (direction[0] == 'l' && x > 1);
        y += (direction[0] == 'd' && y < run.grid_height) - (direction[0] == 'u' && y > 1);
        moves[number].x = (uint16_t)x;
        moves[number].y = (uint16_t)y;
    }
}

/* Fixes the times of all moves: players spread evenly over the period, in a drawn order. */
void schedule_make(int64_t start_us) {
    size_t players = (size_t)options.players;
    double period_us = 1e6 / options.rate, total_us = (options.warmup + options.seconds) * 1e6;
    run.moves_each = (uint32_t)(total_us / period_us);
    run.moves = allocate(players * run.moves_each + 1, sizeof *run.moves);
    run.moves_sent = allocate(players, sizeof *run.moves_sent);
    run.window_start_us = start_us + (int64_t)(options.warmup * 1e6);
    run.window_end_us = start_us + (int64_t)total_us;
    plan = allocate(players * run.moves_each + 1, sizeof *plan);
    uint32_t *order = allocate(players, sizeof *order);
    for (uint32_t i = 0; i < players; i++) {
        uint32_t other = (uint32_t)(chance() * (i + 1));
        order[i] = order[other];
        order[other] = i;
    }
    for (uint32_t i = 0; i < players; i++) {
        struct move *moves = run.moves + (size_t)i * run.moves_each;
        double phase = (order[i] + chance()) / (double)players;
        for (uint32_t number = 0; number < run.moves_each; number++) {
            double periods = number + phase * (1 - JITTER) + JITTER * chance();
            moves[number].intended_us = start_us + (int64_t)(periods * period_us);
            plan[planned++] = (struct due){moves[number].intended_us, i};
        }
        make_cells(&run.players[i], moves);
    }
    free(order);
    qsort(plan, planned, sizeof *plan, by_time);
    run.last_intended_us = planned ? plan[planned - 1].us : start_us;
}

static void send_move(uint32_t player, int64_t now) {
    struct connection *c = &run.players[player];
    uint32_t number = run.moves_sent[player]++;
    struct move *move = run.moves + (size_t)player * run.moves_each + number;
    if (c->stage != JOINED)
        return; /* it counts as lost at every receiver */
    char text[128];
    const char *direction = direction_of(c, number);
    int length = options.protocol == 1
                     ? snprintf(text, sizeof text,
                                "42" NAMESPACE ",[\"movement\",{\"direction\":\"%s\"}]", direction)
                     : snprintf(text, sizeof text,
                                "42" NAMESPACE ",[\"movement\",{\"direction\":\"%s\",\"seq\":%u}]",
                                direction, number + 1);
    move->sent_us = now;
    run.sent++;
    if (run.in_window)
        histogram_add(&run.debt, now - move->intended_us);
    frame_send(c, 1, text, (size_t)length);
}

/* Sends what is due; called between any two reads. */
void schedule_run(void) {
    int64_t now = now_us();
    if (run.in_window && now - run.checked_us > run.lag_max_us)
        run.lag_max_us = now - run.checked_us;
    for (int sends = 0; next < planned && plan[next].us <= now && sends < SENDS_AT_ONCE; sends++) {
        send_move(plan[next++].player, now);
        now = now_us();
    }
    run.checked_us = now;
}

/* When the next move is due, or the far future. */
int64_t schedule_next_us(void) { return next < planned ? plan[next].us : INT64_MAX; }

/* A sampled receiver has been shown this move of this player. */
void move_seen(uint32_t player, uint32_t number, int64_t seen_us) {
    const struct move *move = run.moves + (size_t)player * run.moves_each + number;
    if (move->intended_us < run.window_start_us || move->intended_us >= run.window_end_us)
        return;
    histogram_add(&run.intended, seen_us - move->intended_us);
    histogram_add(&run.actual, seen_us - move->sent_us);
}
