/* The result as one JSON object on standard output. Not here: medians, tables (`../table.py`). */
#include "generator.h"

#include <stdio.h>

#define DEBT_MS 5.0
#define DEBT_SHARE 0.25 /* of p99: a late generator is no news if the server is far later */
#define CPU_SHARE 0.95

static double ms(int64_t us) { return (double)us / 1000; }

static void times(const char *name, const struct histogram *h) {
    static const struct {
        const char *name;
        double share;
    } marks[] = {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}};
    printf("\"%s\": {\"samples\": %llu", name, (unsigned long long)h->total);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (h->total)
            printf(", \"%s\": %.3f", marks[i].name, ms(histogram_at(h, marks[i].share)));
        else
            printf(", \"%s\": null", marks[i].name);
    if (h->total)
        printf(", \"max\": %.3f}, ", ms(h->max_us));
    else
        printf(", \"max\": null}, ");
}

#define WHOLE(name, value) printf("\"" name "\": %llu, ", (unsigned long long)(value))
#define REAL(name, value) printf("\"" name "\": %.4f, ", (double)(value))

static void deliveries(void) {
    uint64_t each = (uint64_t)options.players * run.moves_each;
    uint64_t owed = each * (uint64_t)options.players, seen = 0, lost = 0, extra = 0;
    for (int i = 0; i < options.players; i++) {
        struct connection *c = &run.players[i];
        uint64_t here = options.protocol == 1 ? c->positions : protocol2_seen(c);
        seen += here < each ? here : each;
        lost += here < each ? each - here : 0;
        extra += here > each ? here - each : 0;
    }
    WHOLE("moves_planned", each);
    WHOLE("moves_sent", run.sent);
    WHOLE("owed", owed);
    WHOLE("seen", seen);
    printf("\"seen_share\": %.8f, ", owed ? (double)seen / (double)owed : 0.0);
    WHOLE("lost", lost);
    WHOLE("extra", extra);
    printf("\"sampled\": {\"receivers\": %d, \"lost\": %llu, \"doubled\": %llu, "
           "\"out_of_order\": %llu, \"unexpected\": %llu}, ",
           options.samples, (unsigned long long)run.lost_sampled,
           (unsigned long long)run.doubled, (unsigned long long)run.out_of_order,
           (unsigned long long)run.unexpected);
    WHOLE("gaps", run.gaps);
    WHOLE("full_states", run.fulls);
    WHOLE("differing", run.differing);
}

static void speeds(void) {
    double s = run.window_s > 0 ? run.window_s : 1;
    uint64_t moves = options.protocol == 1 ? run.window.positions : run.window.tick_moves;
    uint64_t frames = options.protocol == 1 ? run.window.positions : run.window.ticks;
    REAL("window_s", run.window_s);
    REAL("deliveries_per_s", (double)moves / s);
    REAL("frames_per_s", (double)frames / s);
    REAL("bytes_per_s", (double)run.window.bytes / s);
}

void report(void) {
    double debt_ms = run.debt.total ? ms(histogram_at(&run.debt, 0.95)) : 0;
    double p99_ms = run.intended.total ? ms(histogram_at(&run.intended, 0.99)) : 0;
    bool late = debt_ms > DEBT_MS && debt_ms > DEBT_SHARE * p99_ms;
    printf("{");
    WHOLE("players", options.players);
    WHOLE("protocol", options.protocol);
    REAL("rate", options.rate);
    WHOLE("joined", run.players_joined);
    WHOLE("connects_failed", run.failed);
    WHOLE("disconnects", run.disconnects);
    REAL("join_s", run.join_s);
    times("intended_ms", &run.intended);
    times("actual_ms", &run.actual);
    deliveries();
    speeds();
    if (options.idle)
        printf("\"idle\": {\"joined\": %d, \"closed\": %d}, ", run.idle_joined, run.idle_closed);
    if (options.storm) {
        printf("\"storm\": {\"opened\": %d, \"joined\": %d, ", run.storm_opened, run.storm_joined);
        times("join_ms", &run.storm_joins);
        printf("\"seconds\": %.1f}, ", options.storm_seconds);
    }
    times("debt_ms", &run.debt);
    REAL("lag_max_ms", ms(run.lag_max_us));
    REAL("generator_cpu", run.cpu_share);
    printf("\"problem\": ");
    printf(run.problem ? "\"%s\", " : "null, ", run.problem);
    printf("\"saturated\": %s}\n", late || run.cpu_share >= CPU_SHARE ? "true" : "false");
    fflush(stdout);
}
