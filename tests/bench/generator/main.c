/* The phases of a measurement: join, be quiet, move, settle, report. Not here: the server's CPU;
 * who wants it is told on standard error when the window starts and ends. */
#define _GNU_SOURCE
#include "generator.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <poll.h>

#define QUIET_US 300000
#define QUIET_TIMEOUT_US 15000000
#define DRAIN_US 700000
#define ALL_SEEN_US 200000 /* so long is waited for what should not come */

void options_read(int argc, char **argv);

struct run run;

int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Zeroed memory; there is always enough, or no measurement. */
void *allocate(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fprintf(stderr, "generator: out of memory\n");
        exit(1);
    }
    return memory;
}

static int open_all(struct connection *list, int count, enum kind kind, const int *joined) {
    int64_t start = now_us(), next = start, deadline = start + (int64_t)(options.join_timeout * 1e6);
    int opened = 0, failed = run.failed, told = 0;
    while (*joined + run.failed - failed < count && now_us() < deadline) {
        while (opened < count && opened - *joined - (run.failed - failed) < options.in_flight &&
               next <= now_us()) {
            connection_open(&list[opened], kind, (uint32_t)opened);
            opened++;
            next = start + (int64_t)(opened * 1e6 / options.connect_rate);
        }
        loop_once(now_us() + 2000);
        if (options.verbose && *joined * 10 / count > told) {
            told = *joined * 10 / count;
            fprintf(stderr, "%d of %d joined\n", *joined, count);
        }
    }
    for (int i = 0; i < count; i++)
        if (i >= opened)
            list[i].stage = CLOSED, list[i].sample = -1, run.failed++;
        else if (list[i].stage != JOINED)
            connection_close(&list[i], true);
    return *joined;
}

static void be_quiet(void) {
    int64_t deadline = now_us() + QUIET_TIMEOUT_US;
    run.heard_us = now_us();
    while (now_us() < deadline && now_us() - run.heard_us < QUIET_US)
        loop_once(now_us() + 20000);
}

static void hold(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char bytes[256];
    printf("{\"ready\": %d}\n", run.players_joined + run.idle_joined);
    fflush(stdout);
    for (;;) {
        loop_once(now_us() + 100000);
        if (poll(&input, 1, 0) > 0 && read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
            return;
    }
}

static double cpu_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void open_storm(int64_t now) {
    int64_t middle = (run.window_start_us + run.window_end_us) / 2;
    int64_t start = middle - (int64_t)(options.storm_seconds * 5e5);
    double due = (double)(now - start) / 1e6 * options.storm / options.storm_seconds;
    while (run.storm_opened < options.storm && run.storm_opened < due) {
        connection_open(&run.storm[run.storm_opened], STORM, (uint32_t)run.storm_opened);
        run.storm_opened++;
    }
}

static struct counts minus(struct counts a, struct counts b) {
    return (struct counts){a.bytes - b.bytes, a.positions - b.positions, a.ticks - b.ticks,
                           a.tick_moves - b.tick_moves};
}

static bool all_seen(void) {
    uint64_t moves = (uint64_t)options.players * run.moves_each;
    uint64_t seen = options.protocol == 1 ? run.counts.positions : run.counts.tick_moves;
    return seen >= moves * (uint64_t)options.players;
}

static void play(void) {
    struct counts before = {0};
    double cpu_before = 0;
    int64_t started = 0, all_seen_us = 0, told = 0, last = 0;
    run.moving = true;
    for (int64_t now = now_us();; now = now_us()) {
        if (!started && now >= run.window_start_us) {
            started = now;
            before = run.counts;
            cpu_before = cpu_s();
            run.checked_us = now;
            run.in_window = true;
            fprintf(stderr, "window-start\n");
        } else if (run.in_window && now >= run.window_end_us) {
            run.in_window = false;
            run.window_s = (double)(now - started) / 1e6;
            run.window = minus(run.counts, before);
            run.cpu_share = (cpu_s() - cpu_before) / run.window_s;
            fprintf(stderr, "window-end\n");
        }
        if (run.in_window && options.storm)
            open_storm(now);
        if (options.verbose && now - told >= 1000000) {
            told = now;
            fprintf(stderr, "%.0f s: %llu moves sent\n",
                    (double)(now - run.window_start_us) / 1e6, (unsigned long long)run.sent);
        }
        if (now >= run.window_end_us && schedule_next_us() == INT64_MAX) {
            last = last ? last : now;
            if (!all_seen_us && all_seen())
                all_seen_us = now;
            if (now - last >= (int64_t)(options.settle * 1e6) ||
                (all_seen_us && now - all_seen_us >= ALL_SEEN_US))
                return;
        }
        int64_t wake = now + 10000;
        if (!started && run.window_start_us < wake)
            wake = run.window_start_us;
        if (run.in_window && run.window_end_us < wake)
            wake = run.window_end_us;
        loop_once(wake);
    }
}

/* Reads at last what those who never read were sent, to see whom the server had given up. */
static void drain_idle(void) {
    int64_t deadline = now_us() + DRAIN_US;
    while (options.idle && now_us() < deadline) {
        loop_once(now_us() + 5000);
        run.idle_closed = 0;
        for (int i = 0; i < options.idle; i++)
            run.idle_closed += connection_drained(&run.idle[i]);
    }
}

int main(int argc, char **argv) {
    options_read(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    loop_start();
    ids_start(options.players);
    run.strict = options.storm > 0;
    run.players = allocate((size_t)options.players, sizeof *run.players);
    run.idle = allocate((size_t)options.idle, sizeof *run.idle);
    run.storm = allocate((size_t)options.storm, sizeof *run.storm);
    histogram_start(&run.intended);
    histogram_start(&run.actual);
    histogram_start(&run.debt);
    histogram_start(&run.storm_joins);

    int64_t start = now_us();
    open_all(run.players, options.players, PLAYER, &run.players_joined);
    run.join_s = (double)(now_us() - start) / 1e6;
    if (options.idle)
        open_all(run.idle, options.idle, IDLE, &run.idle_joined);
    if (!run.players_joined) {
        fprintf(stderr, "generator: nobody could join %s:%d%s%s\n", options.host, options.port,
                run.problem ? ": " : "", run.problem ? run.problem : "");
        return 1;
    }
    be_quiet();
    for (int i = 0; i < options.idle; i++)
        connection_stop_reading(&run.idle[i]);
    if (options.hold) {
        hold();
        return 0;
    }
    for (int i = 0; i < options.samples; i++)
        run.players[(int64_t)i * options.players / options.samples].sample = i;
    if (options.protocol == 1)
        protocol1_start();
    else
        protocol2_start();
    schedule_make(now_us() + 50000);
    play();
    drain_idle();
    if (options.protocol == 1)
        protocol1_end();
    else
        protocol2_end();
    report();
    return 0;
}
