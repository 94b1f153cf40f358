"""The laws of the scene graph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import BrokenPlan
from studio.model.film import Edge, Node, Scene, SceneGraph, Story
from studio.planning.scene_graph import build_graph, check_graph, scene_parts, split_names

NAMES = st.sampled_from(["Anna", "a keeper", "the fox", "Tom; Anna", "a keeper, the fox", "", "李"])
PLACES = st.sampled_from(["a shore with grey water", "a shore", "interior, kitchen, night", "", "x" * 300])


@st.composite
def stories(draw: st.DrawFn, least: int = 1) -> Story:
    ids = draw(st.lists(st.integers(1, 9_999), min_size=least, max_size=7, unique=True))
    scenes = tuple(
        Scene(
            id=number,
            location=draw(PLACES),
            characters=draw(NAMES),
            action=draw(st.sampled_from(["finds a bottle", ""])),
            emotion="",
            narration="",
        )
        for number in ids
    )
    return Story(title="T", style="", scenes=scenes)


def _graph(story: Story) -> SceneGraph:
    return build_graph(story, props=lambda scene: ("bottle",) if "bottle" in scene.action else ())


@given(stories())
def test_a_built_graph_keeps_every_law(story: Story) -> None:
    """A graph drawn from any story is a graph of that story, and tells who stands where."""
    graph = _graph(story)
    check_graph(graph, story)
    parts = scene_parts(graph)
    for scene in story.scenes:
        assert tuple(node.name for node in parts[scene.id].characters) == split_names(scene.characters)
        if scene.location:
            assert parts[scene.id].place.description == scene.location


@given(stories())
def test_a_name_has_one_look(story: Story) -> None:
    """A character named in many scenes is one node with one description."""
    names = [node.name for node in _graph(story).nodes if node.kind == "character"]
    assert len(names) == len(set(names))


@given(stories(), st.data())
def test_losing_any_edge_that_the_story_needs_is_caught(story: Story, data: st.DataObject) -> None:
    """Without one of its 'follows' or 'set_in' edges a graph is broken."""
    graph = _graph(story)
    needed = [edge for edge in graph.edges if edge.kind in {"follows", "set_in"}]
    lost = data.draw(st.sampled_from(needed))
    broken = graph.model_copy(update={"edges": tuple(edge for edge in graph.edges if edge is not lost)})
    with pytest.raises(BrokenPlan):
        check_graph(broken, story)


@given(stories(), st.data())
def test_losing_any_scene_or_place_is_caught(story: Story, data: st.DataObject) -> None:
    """Without one of its nodes, each of which an edge names, a graph is broken."""
    graph = _graph(story)
    lost = data.draw(st.sampled_from(graph.nodes))
    broken = graph.model_copy(update={"nodes": tuple(node for node in graph.nodes if node is not lost)})
    with pytest.raises(BrokenPlan):
        check_graph(broken, story)


@given(stories(), st.data())
def test_any_single_addition_that_breaks_a_law_is_caught(story: Story, data: st.DataObject) -> None:
    """A second node of an id, a strange scene, a repeated, dangling, turned or branching edge is caught."""
    graph = _graph(story)
    node = data.draw(st.sampled_from(graph.nodes))
    edge = data.draw(st.sampled_from(graph.edges))
    scene = f"scene_{data.draw(st.sampled_from(story.scenes)).id}"
    free = next(number for number in range(1, 9_999) if all(other.id != number for other in story.scenes))
    additions: list[Node | Edge] = [
        node.model_copy(update={"name": "another"}),
        Node(id="prop_77", kind="place", name="", description=""),
        Node(id=f"scene_{free}", kind="scene", name="", description=""),
        edge,
        edge.model_copy(update={"source": "prop_999"}),
        edge.model_copy(update={"target": "place_999"}),
        Edge(kind=edge.kind, source=edge.target, target=edge.source),
        Edge(kind="follows", source=scene, target=scene),
        Edge(kind="used_in", source=scene, target=scene),
    ]
    added = data.draw(st.sampled_from(additions))
    if isinstance(added, Node):
        broken = graph.model_copy(update={"nodes": (*graph.nodes, added)})
    else:
        broken = graph.model_copy(update={"edges": (*graph.edges, added)})
    with pytest.raises(BrokenPlan) as caught:
        check_graph(broken, story)
    assert "\n" not in str(caught.value)


@given(stories(least=2), st.data())
def test_another_order_is_caught(story: Story, data: st.DataObject) -> None:
    """A graph tells the scenes in the story's order, from one start, without a branch or a cycle."""
    graph = _graph(story)
    order = data.draw(st.permutations([f"scene_{scene.id}" for scene in story.scenes]))
    others = tuple(edge for edge in graph.edges if edge.kind != "follows")
    closing = data.draw(st.booleans())
    pairs = list(zip(order[1:], order, strict=False)) + ([(order[0], order[-1])] if closing else [])
    chain = tuple(Edge(kind="follows", source=source, target=target) for source, target in pairs)
    changed = graph.model_copy(update={"edges": (*others, *chain)})
    if not closing and order == [f"scene_{scene.id}" for scene in story.scenes]:
        check_graph(changed, story)
        return
    with pytest.raises(BrokenPlan):
        check_graph(changed, story)


def test_two_scenes_of_one_id_are_named() -> None:
    """A story that gives an id twice has no graph, and the message names the id."""
    scene = Scene(id=3, location="", characters="", action="", emotion="", narration="")
    with pytest.raises(BrokenPlan, match="scene_3"):
        build_graph(Story(title="T", style="", scenes=(scene, scene)))
