"""Stand-ins for the programs of VM back ends, put on PATH by `shelf.Shelf`.

Each keeps its VMs in a folder, prints what the real one prints (its errors and odd cases, too), and writes every call
down, so that tests can assert the very argument lists. What a real one would not understand, they refuse.
"""
