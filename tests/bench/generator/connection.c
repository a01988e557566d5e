/* Sockets: joining, reading what has come, sending, and the one epoll that waits for all.
 *
 * Between any two reads the schedule gets its turn, so receiving never keeps a move waiting for
 * longer than one read takes. Not here: the bytes' meaning (`websocket.c`, `engine.c`). */
#define _GNU_SOURCE
#include "generator.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define READ_SIZE (256 * 1024)
#define PEEK_SIZE 2048      /* of a big frame, whose rest can perhaps be skipped */
#define DISCARD_FROM 2048   /* from so many bytes on they are dropped inside of the kernel */
#define EVENTS 32
#define IDLE_RECEIVE_BUFFER 4096

static int epoll_fd, timer_fd;
static uint8_t *shared;
static size_t shared_size;

static void watch(struct connection *c, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll_fd, operation, c->fd, &event) != 0)
        perror("epoll_ctl");
}

void loop_start(void) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event);
}

void connection_open(struct connection *c, enum kind kind, uint32_t index) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    int on = 1, small = IDLE_RECEIVE_BUFFER;
    c->kind = kind;
    c->index = index;
    c->sample = -1;
    c->tick = c->skipped_tick = -1;
    c->opened_us = now_us();
    c->stage = CONNECTING;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        run.problem = "no more sockets: raise the limit of open files (ulimit -n)";
        c->stage = CLOSED;
        run.failed++;
        return;
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (kind == IDLE)
        setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    inet_pton(AF_INET, options.host, &to.sin_addr);
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
        close(c->fd);
        c->stage = CLOSED;
        run.failed++;
        return;
    }
    watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

void connection_close(struct connection *c, bool refused) {
    if (c->stage == CLOSED)
        return;
    if (c->stage == JOINED && !refused) {
        if (c->kind == PLAYER)
            run.disconnects++;
    } else {
        run.failed++;
    }
    c->stage = CLOSED;
    close(c->fd);
}

void connection_joined(struct connection *c) {
    c->stage = JOINED;
    if (c->kind == PLAYER) {
        run.players_joined++;
        ids_add(c->id, c->id_length, c->index);
    } else if (c->kind == IDLE) {
        run.idle_joined++;
    } else {
        run.storm_joined++;
        histogram_add(&run.storm_joins, now_us() - c->opened_us);
    }
}

/* The server may think from now on that the client is stuck. */
void connection_stop_reading(struct connection *c) {
    if (c->stage == JOINED)
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, c->fd, NULL);
}

/* Whether the server has closed a connection that was not read: its end is behind all that. */
bool connection_drained(struct connection *c) {
    static uint8_t thrown[65536];
    ssize_t got = 0;
    while (c->stage == JOINED && (got = recv(c->fd, thrown, sizeof thrown, MSG_DONTWAIT)) > 0)
        ;
    if (c->stage == JOINED && (got == 0 || (errno != EAGAIN && errno != EINTR)))
        connection_close(c, false);
    return c->stage == CLOSED;
}

static void append(uint8_t **to, size_t *length, size_t *size, const void *bytes, size_t more) {
    if (*length + more > *size) {
        *size = (*length + more) * 2;
        *to = realloc(*to, *size);
        if (!*to)
            abort();
    }
    memcpy(*to + *length, bytes, more);
    *length += more;
}

void connection_send(struct connection *c, const void *bytes, size_t length) {
    ssize_t sent = 0;
    if (c->stage == CLOSED)
        return;
    if (!c->out_length) {
        sent = send(c->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            connection_close(c, false);
            return;
        }
        if (sent < 0)
            sent = 0;
    }
    if ((size_t)sent < length) {
        if (!c->out_length)
            watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
        append(&c->out, &c->out_length, &c->out_size, (const uint8_t *)bytes + sent,
               length - (size_t)sent);
    }
}

static void ask_for_upgrade(struct connection *c) {
    char request[512];
    int length = snprintf(request, sizeof request,
                          "GET %s?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s:%d\r\n"
                          "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                          options.path, options.host, options.port);
    c->stage = UPGRADING;
    connection_send(c, request, (size_t)length);
}

static void writable(struct connection *c) {
    if (c->stage == CONNECTING) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) {
            connection_close(c, true);
            return;
        }
        watch(c, EPOLL_CTL_MOD, EPOLLIN);
        ask_for_upgrade(c);
    } else if (c->out_length) {
        ssize_t sent = send(c->fd, c->out, c->out_length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            c->out_length -= (size_t)sent;
            memmove(c->out, c->out + sent, c->out_length);
        }
        if (!c->out_length)
            watch(c, EPOLL_CTL_MOD, EPOLLIN);
    }
}

/* Length of the answer to the upgrade, 0 while it is incomplete; closes when it is refused. */
static size_t upgrade_answered(struct connection *c, const uint8_t *bytes, size_t length) {
    const uint8_t *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end)
        return 0;
    if (length < 12 || memcmp(bytes, "HTTP/1.1 101", 12) != 0) {
        if (options.verbose)
            fprintf(stderr, "refused: %.*s\n", (int)length, (const char *)bytes);
        connection_close(c, true);
        return length;
    }
    c->stage = OPENING;
    return (size_t)(end - bytes) + 4;
}

static bool ended(struct connection *c, ssize_t got) {
    if (got > 0)
        return false;
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        connection_close(c, false);
    return true;
}

static void discard(struct connection *c) {
    size_t most = c->skip < (1u << 24) ? (size_t)c->skip : (1u << 24);
    ssize_t got = recv(c->fd, NULL, most, MSG_TRUNC | MSG_DONTWAIT);
    if (ended(c, got))
        return;
    run.counts.bytes += (uint64_t)got;
    c->skip -= (uint64_t)got;
    if (!c->skip)
        text_skipped(c);
}

static void readable(struct connection *c) {
    if (c->skip >= DISCARD_FROM) {
        discard(c);
        if (c->stage == CLOSED || c->skip)
            return;
    }
    size_t had = c->tail_length, most = c->big_frames && !had && !c->skip ? PEEK_SIZE : READ_SIZE;
    if (had + READ_SIZE > shared_size) {
        shared_size = (had + READ_SIZE) * 2;
        free(shared);
        shared = allocate(shared_size, 1);
    }
    if (had)
        memcpy(shared, c->tail, had);
    ssize_t got = recv(c->fd, shared + had, most, MSG_DONTWAIT);
    if (ended(c, got))
        return;
    run.counts.bytes += (uint64_t)got;
    size_t length = had + (size_t)got, used = 0;
    if (c->skip) {
        used = c->skip < length ? (size_t)c->skip : length;
        c->skip -= used;
        if (!c->skip)
            text_skipped(c);
    }
    if (c->stage == UPGRADING)
        used = upgrade_answered(c, shared, length);
    if (c->stage > UPGRADING && c->stage != CLOSED)
        used += frames_read(c, shared + used, length - used);
    c->tail_length = 0;
    if (c->stage != CLOSED && used < length)
        append(&c->tail, &c->tail_length, &c->tail_size, shared + used, length - used);
}

/* Waits until something comes, a move is due or a time is reached, and takes in what came. */
void loop_once(int64_t until_us) {
    struct epoll_event events[EVENTS];
    schedule_run();
    int count = epoll_wait(epoll_fd, events, EVENTS, 0);
    if (count == 0) {
        int64_t wake = schedule_next_us() < until_us ? schedule_next_us() : until_us;
        struct itimerspec at = {.it_value = {wake / 1000000, wake % 1000000 * 1000}};
        if (wake > now_us()) {
            timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
            count = epoll_wait(epoll_fd, events, EVENTS, 1000);
        }
        run.checked_us = now_us();
    }
    for (int i = 0; i < count; i++) {
        struct connection *c = events[i].data.ptr;
        if (!c) {
            uint64_t expirations;
            if (read(timer_fd, &expirations, sizeof expirations) < 0)
                expirations = 0;
        } else if (c->stage != CLOSED) {
            if (events[i].events & EPOLLOUT)
                writable(c);
            if (c->stage != CLOSED && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                readable(c);
        }
        schedule_run();
    }
}
