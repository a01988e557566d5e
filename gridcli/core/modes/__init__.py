"""The games that rooms can play, ruled here and nowhere else: tag and paint.

`rounds` is what they have in common, `tag` and `paint` are the rules, `table` has them by name. All
of it is pure: the time and chance come in as arguments. Not here: which room plays what
(`server.modes`), who sees to it that time passes (`server.referee`), what clients know
(`gridcli.core.contest`).
"""
