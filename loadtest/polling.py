"""Long polling players: as the steady ones, over HTTP requests in place of a WebSocket."""

from loadtest._scenario import Scenario


class Polling(Scenario):
    """Players whose network lets no WebSocket through."""

    transport = "polling"
