"""The scene graph: who appears where, and which scene follows which; build one from a story, and check its rules.

The graph holds the one canonical description of every character, place and prop. Called by the writers (`build_graph`),
by `studio/production/stages.py` (`check_graph`), and by `studio/planning/shot_plan.py` (both, and `SceneParts`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from studio.errors import BrokenPlan
from studio.model.film import Edge, EdgeKind, Node, NodeKind, Scene, SceneGraph, Story
from studio.text.words import one_line

ENDS: dict[EdgeKind, tuple[NodeKind, NodeKind]] = {
    "appears_in": ("character", "scene"),
    "set_in": ("scene", "place"),
    "used_in": ("prop", "scene"),
    "follows": ("scene", "scene"),
}
"""The kinds of node that each kind of edge joins, source first."""

NODES_OF_A_KIND = 9_999
"""Most nodes of one kind: node ids have four digits."""

NOWHERE = "an open landscape"
"""The place used if a story's first scene names none."""


@dataclass(frozen=True)
class SceneParts:
    """The parts of one scene: its place, characters and props, in the order of the graph's edges."""

    place: Node
    characters: tuple[Node, ...]
    props: tuple[Node, ...]


def split_names(characters: str) -> tuple[str, ...]:
    """Return the names in `Scene.characters`, which are separated by commas or semicolons, each once."""
    names = (one_line(name) for name in re.split(r"[,;]", characters))
    return tuple(dict.fromkeys(name for name in names if name))


def _as_named(name: str) -> str:
    return name


def _no_props(scene: Scene) -> tuple[str, ...]:
    return ()


def build_graph(
    story: Story,
    look: Callable[[str], str] = _as_named,
    props: Callable[[Scene], tuple[str, ...]] = _no_props,
) -> SceneGraph:
    """Return the graph of `story`: one node for each scene, and one for each character, place and prop it names.

    A scene without a location is set where the scene before it was; the first one in `NOWHERE`, or, if the story is not
    in English, in a place without a name.

    Args:
        look: a character's name -> its canonical visual description.
        props: a scene -> the things used in it.

    Raises:
        BrokenPlan: two scenes have the same id, or there are too many nodes of a kind.
    """
    nodes: dict[tuple[NodeKind, str], Node] = {}
    counts: Counter[NodeKind] = Counter()
    edges: list[Edge] = []

    def node(kind: NodeKind, name: str, description: str) -> str:
        key = (kind, description if kind == "place" else name)
        if key not in nodes:
            counts[kind] += 1
            if counts[kind] > NODES_OF_A_KIND:
                raise BrokenPlan(f"the story names more than {NODES_OF_A_KIND} of kind {kind!r}: name fewer")
            nodes[key] = Node(id=f"{kind}_{counts[kind]}", kind=kind, name=name, description=description)
        return nodes[key].id

    scenes: list[Node] = []
    # In another language than English a place of ours would be in the picture and not in the story.
    location = NOWHERE if story.language == "en" else ""
    for scene in story.scenes:
        if scene.id > NODES_OF_A_KIND:
            raise BrokenPlan(f"scene {scene.id} of the story: an id is at most {NODES_OF_A_KIND}; number them from 1")
        location = one_line(scene.location) or location
        here = Node(id=f"scene_{scene.id}", kind="scene", name=f"Scene {scene.id}", description=one_line(scene.action))
        if scenes:
            edges.append(Edge(kind="follows", source=here.id, target=scenes[-1].id))
        scenes.append(here)
        edges.append(Edge(kind="set_in", source=here.id, target=node("place", location.split(" with ")[0], location)))
        for name in split_names(scene.characters):
            edges.append(Edge(kind="appears_in", source=node("character", name, look(name)), target=here.id))
        for name in props(scene):
            edges.append(Edge(kind="used_in", source=node("prop", name, name), target=here.id))
    graph = SceneGraph(nodes=(*scenes, *nodes.values()), edges=tuple(edges))
    check_graph(graph, story)
    return graph


def scene_parts(graph: SceneGraph) -> dict[int, SceneParts]:
    """Return the parts of each scene, by the scene's id; the graph must have passed `check_graph`."""
    nodes = {node.id: node for node in graph.nodes}
    places: dict[str, Node] = {}
    cast: dict[str, list[Node]] = {}
    props: dict[str, list[Node]] = {}
    for edge in graph.edges:
        if edge.kind == "set_in":
            places[edge.source] = nodes[edge.target]
        elif edge.kind == "appears_in":
            cast.setdefault(edge.target, []).append(nodes[edge.source])
        elif edge.kind == "used_in":
            props.setdefault(edge.target, []).append(nodes[edge.source])
    return {
        int(here.removeprefix("scene_")): SceneParts(
            place=place, characters=tuple(cast.get(here, ())), props=tuple(props.get(here, ()))
        )
        for here, place in places.items()
    }


def check_graph(graph: SceneGraph, story: Story) -> None:
    """Check that `graph` is a valid graph of `story`.

    The rules: node ids are unique and named after their kind; both ends of every edge exist and no edge is there twice;
    each kind of edge joins the kinds in `ENDS`; each scene of the story has one node, and there is no other scene;
    `follows` gives the scenes in the story's order, from one first to one last; each scene is set in one place.

    Raises:
        BrokenPlan: a rule is broken; the message names the first one.
    """
    kinds: dict[str, NodeKind] = {}
    for node in graph.nodes:
        if node.id in kinds:
            raise _broken(f"two nodes have the id {node.id!r}")
        if not node.id.startswith(f"{node.kind}_"):
            raise _broken(f"node {node.id!r} has kind {node.kind!r}")
        kinds[node.id] = node.kind
    for edge, times in Counter(graph.edges).items():
        if times > 1:
            raise _broken(f"the edge {_told(edge)} occurs {times} times")
        for end, kind in zip((edge.source, edge.target), ENDS[edge.kind], strict=True):
            if end not in kinds:
                raise _broken(f"the edge {_told(edge)} names {end!r}, which is not a node")
            if kinds[end] != kind:
                raise _broken(f"the edge {_told(edge)} needs a {kind} instead of {end!r}")
    order = [f"scene_{scene.id}" for scene in story.scenes]
    if twice := [name for name, times in Counter(order).items() if times > 1]:
        raise _broken(f"the story has two scenes for {twice[0]!r}")
    scenes = {name for name, kind in kinds.items() if kind == "scene"}
    if missing := [name for name in order if name not in scenes]:
        raise _broken(f"the story's scene {missing[0]!r} has no node")
    if strangers := sorted(scenes.difference(order)):
        raise _broken(f"{strangers[0]!r} is not a scene of the story")
    _check_order(graph, order)
    places = Counter(edge.source for edge in graph.edges if edge.kind == "set_in")
    for name in order:
        if places[name] != 1:
            raise _broken(f"{name!r} is set in {places[name]} places instead of one")


def _check_order(graph: SceneGraph, order: list[str]) -> None:
    """Check that `follows` is one chain through all scenes, in the story's order."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for edge in graph.edges:
        if edge.kind == "follows":
            if edge.source in before:
                raise _broken(f"{edge.source!r} follows two scenes")
            if edge.target in after:
                raise _broken(f"two scenes follow {edge.target!r}")
            before[edge.source], after[edge.target] = edge.target, edge.source
    starts = [name for name in order if name not in before]
    if len(starts) != 1:
        raise _broken(f"{len(starts)} scenes follow no other; exactly one begins the film")
    told = [starts[0]]
    while told[-1] in after:
        told.append(after[told[-1]])
    reached = frozenset(told)
    if unreached := [name for name in order if name not in reached]:
        raise _broken(f"{unreached[0]!r} is never reached from {starts[0]!r}")
    for place, (name, expected) in enumerate(zip(told, order, strict=True), start=1):
        if name != expected:
            raise _broken(f"{name!r} comes at place {place}, where the story has {expected!r}")


def _told(edge: Edge) -> str:
    return f"{edge.source!r} {edge.kind} {edge.target!r}"


def _broken(law: str) -> BrokenPlan:
    return BrokenPlan(f"the scene graph is broken: {law}; correct scene_graph.json, or delete it to have it made anew")
