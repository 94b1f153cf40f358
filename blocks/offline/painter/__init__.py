"""The offline painter: reads a prompt and paints what it asks for with numpy and OpenCV.

`prompt/` reads, `scene` decides the order of painting, and each of the other modules paints one kind of thing.
The rest of the program uses only `blocks/offline/painter/painter.py`.
"""
