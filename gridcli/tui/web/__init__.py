"""`gridcli play --web`: the screen in browsers, each of them a `gridcli play` of its own."""
