"""What keys, the palette and the mouse do on the play screen, by topic.

Each module holds a part of the app: a class under `Base`, with the `action_…` methods that the
table of `gridcli.tui.keys` names and the message handlers that belong to them;
`gridcli.tui.app.PlayApp` is all of them together.
"""
