/* The command line. Not here: what is done with it (`main.c`). */
#include "generator.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {
    .host = "127.0.0.1",
    .path = "/socket.io/",
    .players = 20,
    .protocol = 1,
    .samples = 16,
    .in_flight = 64,
    .rate = 4,
    .seconds = 6,
    .warmup = 2,
    .settle = 3,
    .connect_rate = 500,
    .storm_seconds = 5,
    .join_timeout = 60,
    .seed = 1,
};

enum kind_of_value { TEXT, WHOLE, REAL, SEED, FLAG };

static const struct {
    const char *name;
    enum kind_of_value kind;
    void *value;
    const char *help;
} known[] = {
    {"host", TEXT, &options.host, "IPv4 address of the server (127.0.0.1)"},
    {"port", WHOLE, &options.port, "its port"},
    {"path", TEXT, &options.path, "path of Socket.IO (/socket.io/)"},
    {"protocol", WHOLE, &options.protocol, "1 or 2 (1)"},
    {"players", WHOLE, &options.players, "how many play (20)"},
    {"rate", REAL, &options.rate, "moves a second of each (4)"},
    {"seconds", REAL, &options.seconds, "length of the measuring window (6)"},
    {"warmup", REAL, &options.warmup, "seconds of moves before it (2)"},
    {"settle", REAL, &options.settle, "seconds in which the last moves may still be seen (3)"},
    {"samples", WHOLE, &options.samples, "receivers whose latency is measured (16)"},
    {"connect-rate", REAL, &options.connect_rate, "joins begun in a second (500)"},
    {"in-flight", WHOLE, &options.in_flight, "joins under way at a time (64)"},
    {"join-timeout", REAL, &options.join_timeout, "seconds for all to join (60)"},
    {"idle", WHOLE, &options.idle, "so many more join and then never read (0)"},
    {"storm", WHOLE, &options.storm, "so many more join in the middle of the window (0)"},
    {"storm-seconds", REAL, &options.storm_seconds, "within so many seconds (5)"},
    {"seed", SEED, &options.seed, "of the schedule (1)"},
    {"hold", FLAG, &options.hold, "join, print {\"ready\": N}, stay until standard input ends"},
    {"verbose", FLAG, &options.verbose, "progress on standard error"},
};
#define KNOWN (sizeof known / sizeof *known)

static void usage(int status) {
    FILE *to = status ? stderr : stdout;
    fprintf(to, "usage: generator --port PORT [options]\n");
    for (size_t i = 0; i < KNOWN; i++)
        fprintf(to, "  --%-14s %s\n", known[i].name, known[i].help);
    exit(status);
}

void options_read(int argc, char **argv) {
    struct option list[KNOWN + 2] = {0};
    for (size_t i = 0; i < KNOWN; i++)
        list[i] = (struct option){known[i].name, known[i].kind != FLAG, NULL, (int)i + 1};
    list[KNOWN] = (struct option){"help", no_argument, NULL, 'h' + 1000};
    for (int found; (found = getopt_long(argc, argv, "", list, NULL)) != -1;) {
        if (found < 1 || found > (int)KNOWN)
            usage(found == 'h' + 1000 ? 0 : 2);
        void *value = known[found - 1].value;
        switch (known[found - 1].kind) {
        case TEXT:
            *(const char **)value = optarg;
            break;
        case WHOLE:
            *(int *)value = atoi(optarg);
            break;
        case REAL:
            *(double *)value = atof(optarg);
            break;
        case SEED:
            *(uint64_t *)value = strtoull(optarg, NULL, 10);
            break;
        case FLAG:
            *(bool *)value = true;
        }
    }
    if (!options.port || options.players < 1 || options.idle < 0 || options.storm < 0 ||
        (options.protocol != 1 && options.protocol != 2) || !(options.rate > 0) || optind < argc)
        usage(2);
    if (options.samples > options.players)
        options.samples = options.players;
}
