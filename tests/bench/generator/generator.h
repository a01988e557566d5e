/* An open-loop load generator for the grid game over Socket.IO: what its files share.
 *
 * One process, one thread, one epoll. `main.c` runs the phases of a measurement, `connection.c`
 * joins and reads, `websocket.c` frames, `protocol1.c` and `protocol2.c` say which move a frame
 * shows, `schedule.c` sends on time, `histogram.c` counts latencies, `report.c` prints JSON.
 * Not here: servers and what the figures mean (`../fanout.py`).
 */
#ifndef GENERATOR_H
#define GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMESPACE "/grid-game"
#define MAX_ID 63

enum kind { PLAYER, IDLE, STORM };
enum stage { CONNECTING, UPGRADING, OPENING, ENTERING, WELCOMED, JOINED, CLOSED };

struct options {
    const char *host, *path;
    int port, players, protocol, samples, idle, storm, in_flight;
    double rate, seconds, warmup, settle, connect_rate, storm_seconds, join_timeout;
    uint64_t seed;
    bool hold, verbose;
};

/* One WebSocket. */
struct connection {
    int fd, sample; /* `sample`: which sampled receiver it is, or -1 */
    uint32_t index; /* among those of its kind */
    enum kind kind;
    enum stage stage;
    uint8_t id_length;
    char id[MAX_ID + 1];
    int x, y;
    int64_t opened_us;

    uint8_t *tail; /* the beginning of a frame whose end has not come */
    size_t tail_length, tail_size;
    uint64_t skip; /* so many bytes of a payload are to be thrown away unread */
    bool big_frames;
    uint8_t *out; /* what the kernel did not take at once */
    size_t out_length, out_size;

    uint64_t positions, digest; /* protocol 1: how many, and the sum of their hashes */

    int64_t tick, skipped_tick; /* protocol 2: the last one, and the one that is being skipped */
    bool has_state, skipped_full;
    uint64_t seen_by_full, missing, ticks;
};

struct move {
    int64_t intended_us, sent_us; /* `sent_us`: 0 until it is sent */
    uint16_t x, y;                /* protocol 1: the cell that it leads to */
};

struct histogram {
    uint64_t *counts, total;
    int64_t max_us;
};

/* What is counted from the first move on; `run.window` keeps what fell into the window. */
struct counts {
    uint64_t bytes, positions, ticks, tick_moves;
};

struct run {
    struct connection *players, *idle, *storm;
    int players_joined, idle_joined, idle_closed, storm_joined, storm_opened, failed, disconnects;
    bool moving, in_window, strict;
    int64_t heard_us; /* when anything but a heartbeat came last */
    double join_s, window_s, cpu_share;
    struct counts counts, window;

    struct move *moves; /* of player i: `moves + i * moves_each` */
    uint32_t moves_each;
    uint32_t *moves_sent; /* by player */
    uint64_t sent;
    int64_t window_start_us, window_end_us, last_intended_us;

    struct histogram intended, actual, debt, storm_joins;
    int64_t checked_us, lag_max_us;
    uint64_t lost_sampled, doubled, out_of_order, unexpected, gaps, fulls, differing;
    int grid_width, grid_height;
    const char *problem;
};

extern struct options options;
extern struct run run;

/* main.c */
int64_t now_us(void);
void *allocate(size_t count, size_t size);

/* connection.c */
void loop_start(void);
void loop_once(int64_t until_us);
void connection_open(struct connection *c, enum kind kind, uint32_t index);
void connection_send(struct connection *c, const void *bytes, size_t length);
void connection_joined(struct connection *c);
void connection_close(struct connection *c, bool refused);
void connection_stop_reading(struct connection *c);
bool connection_drained(struct connection *c);

/* websocket.c */
size_t frames_read(struct connection *c, const uint8_t *bytes, size_t length);
void frame_send(struct connection *c, int opcode, const char *payload, size_t length);

/* engine.c */
void text_received(struct connection *c, const char *text, size_t length);
bool text_may_be_skipped(struct connection *c, const char *text, size_t length);
void text_skipped(struct connection *c);

/* ids.c */
void ids_start(int count);
void ids_add(const char *id, size_t length, uint32_t index);
int ids_find(const char *id, size_t length);
const char *after_key(const char *text, const char *end, const char *key);
const char *read_string(const char *text, const char *end, size_t *length);
const char *read_number(const char *text, const char *end, int64_t *value);

/* protocol1.c */
void protocol1_start(void);
void protocol1_event(struct connection *c, const char *args, size_t length);
void protocol1_end(void);

/* protocol2.c */
void protocol2_start(void);
void protocol2_event(struct connection *c, const char *args, size_t length);
bool protocol2_may_be_skipped(struct connection *c, const char *args, size_t length);
void protocol2_skipped(struct connection *c);
uint64_t protocol2_seen(const struct connection *c);
void protocol2_end(void);

/* schedule.c */
void schedule_make(int64_t start_us);
void schedule_run(void);
int64_t schedule_next_us(void);
void move_seen(uint32_t player, uint32_t number, int64_t seen_us);

/* histogram.c */
void histogram_start(struct histogram *h);
void histogram_add(struct histogram *h, int64_t us);
int64_t histogram_at(const struct histogram *h, double share);

/* report.c */
void report(void);

#endif
