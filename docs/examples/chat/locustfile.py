"""Locust measures the chat's broadcast.

locust -f locustfile.py --host http://127.0.0.1:5000 -u 20 -r 20 -t 10s --headless
"""

from chat_app import Chat
from loadtest.broadcast import Broadcast


class Chatters(Broadcast):
    application = Chat()
