"""Graphs, without the package onnx."""

import numpy as np

from skdeep.onnx import Graph


def test_a_constant_is_made_of_an_array_or_a_number():
    graph = Graph()
    graph.node("Add", graph.node("Mul", "x", np.float32(2)), np.arange(3))
    assert [node.op for node in graph.nodes] == ["Mul", "Add"]
    number, array = graph.constants.values()
    assert (number.dtype, number.shape, array.tolist()) == (np.float32, (), [0, 1, 2])


def test_every_name_is_new():
    graph = Graph()
    names = [graph.node("Relu", "x") for _ in range(3)] + [graph.constant(1) for _ in range(3)]
    assert len(set(names)) == 6


def test_what_no_output_needs_is_removed():
    graph = Graph()
    kept = graph.node("Mul", "x", np.float32(2))
    graph.node("Add", kept, np.float32(3))
    graph.output("y", kept)
    graph.prune(["y"])
    assert [node.op for node in graph.nodes] == ["Mul", "Identity"]
    assert list(graph.constants.values()) == [2]


def test_operators_for_classical_machine_learning_have_their_domain():
    graph = Graph()
    graph.node("LabelEncoder", "x")
    graph.node("Relu", "x")
    assert [node.domain for node in graph.nodes] == ["ai.onnx.ml", ""]


def test_one_part_needs_no_concatenation():
    graph = Graph()
    assert graph.concat(["x"]) == "x"
    assert not graph.nodes
