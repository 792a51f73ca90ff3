"""The cockpit's floor plan: which room may import which. tests/test_rooms.py reads these tables.

    layer | room      | may import                                     | what it holds
    ------+-----------+------------------------------------------------+----------------------
        5 | __main__  | verbs authors web answers record people processes settings model | the verbs
        4 | verbs     | record people processes settings model         | people and displays
        4 | authors   | answers record people settings model           | those for analysts' files
        3 | web       | answers people disk settings model             | pages, walls, exports
        2 | record    | limits disk settings model                     | the one writer
        2 | answers   | limits disk settings model                     | the only readers
        2 | people    | disk settings model                            | accounts, gate, acts
        2 | processes | settings model                                 | starts the Procfile
        1 | settings  | model                                          | deployment's choices
        1 | limits    |                                                | what work may take
        1 | disk      |                                                | files, whole or not at all
        0 | model     |                                                | what things are

A door is the only way to something, so that its rules hold everywhere:

    door for                       | is
    -------------------------------+---------------
    duckdb                         | record answers
    sqlalchemy                     | people
    dash dash_bootstrap_components | web
    plotly                         | web.charts
    honcho                         | processes
    shapely                        | record.coverage
    os.environ os.getenv           | settings

A module takes the name of what it holds, one noun. A new room gets a line above.
"""
