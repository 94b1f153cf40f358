"""The painter's hand: reading a prompt, and painting what it asks for with numpy and OpenCV.

`lexicon` reads, `scene` decides the order of the brush strokes, the other modules each know one thing to paint.
Only `blocks/offline/painter/painter.py` calls in from outside.
"""
