"""The demo pool's generator, as far as it goes without a renderer: meshes, textures, poses."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from tools.demo_pool.camera import ELEVATIONS, FRONTS, TWO_SIDED, all_vertices
from tools.demo_pool.catalogue import BY_NAME, CATALOGUE
from tools.demo_pool.mesh import (
    ball,
    corner_normals,
    lathe,
    rectangle,
    rotation,
    rounded_box,
    sweep,
)
from tools.demo_pool.recipes import build, recipe
from tools.demo_pool.room import FLOORS, TABLES, WALLS, environment_map, room


def test_a_turned_profile_keeps_its_radius_and_height():
    cylinder = lathe([[2, 0], [2, 3]], segments=8)
    assert len(cylinder.faces) == 16  # eight sides of two triangles
    np.testing.assert_allclose(np.hypot(*cylinder.vertices[:, :2].T), 2)
    assert set(cylinder.vertices[:, 2]) == {0, 3}


def test_a_rounded_box_has_its_size_and_stands_on_the_ground():
    box = rounded_box(1, 2, 3, radius=0.1)
    np.testing.assert_allclose(box.vertices.min(0), [-0.5, -1, 0], atol=1e-12)
    np.testing.assert_allclose(box.vertices.max(0), [0.5, 1, 3])


def test_a_tube_along_a_line_has_its_radius_all_the_way():
    tube = sweep([[0, 0, 0], [1, 0, 0], [4, 0, 0]], 0.5, caps=False)
    np.testing.assert_allclose(np.hypot(*tube.vertices[:, 1:].T), 0.5)


def test_a_quarter_turn_about_x_takes_y_to_z():
    np.testing.assert_allclose(rotation("x", 90) @ [0, 1, 0], [0, 0, 1], atol=1e-12)


def test_a_mesh_is_scaled_then_turned_then_shifted():
    point = rectangle([[1, 0, 0], [2, 0, 0], [2, 1, 0], [1, 1, 0]])
    moved = point.moved(rotation("z", 90), by=(0, 0, 5), scale=2)
    np.testing.assert_allclose(moved.vertices[0], [0, 2, 5], atol=1e-12)


def test_normals_of_a_flat_face_point_straight_up():
    _, normals, faces = corner_normals(rectangle([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]))
    np.testing.assert_allclose(normals, np.tile([0, 0, 1], (6, 1)))
    assert len(faces) == 2


def test_normals_of_a_ball_point_away_from_its_middle():
    vertices, normals, _ = corner_normals(ball(2.0, 48, 32))
    assert ((vertices / 2 * normals).sum(1) > 0.99).all()


def test_every_class_has_a_recipe():
    assert all(callable(recipe(entry.name)) for entry in CATALOGUE)


@pytest.mark.parametrize("name", ["mug", "apple", "chair", "keyboard", "sunglasses"])
def test_an_object_is_the_same_each_time_rests_on_the_ground_and_has_finite_parts(name):
    first, again, other = build(name, 0), build(name, 0), build(name, 1)
    np.testing.assert_array_equal(all_vertices(first), all_vertices(again))
    assert not np.array_equal(all_vertices(first), all_vertices(other))
    assert np.isfinite(all_vertices(first)).all()
    assert abs(all_vertices(first)[:, 2].min()) < 0.02  # 2 mm
    for part in first:
        assert part.mesh.faces.max() < len(part.mesh.vertices)


@pytest.mark.parametrize("texture", sorted({*WALLS, *TABLES, *FLOORS}, key=lambda f: f.__name__))
def test_a_texture_is_a_picture_that_its_generator_alone_decides(texture):
    first, again = texture(np.random.default_rng(3)), texture(np.random.default_rng(3))
    assert (first.dtype, first.ndim, first.shape[2]) == (np.uint8, 3, 3)
    np.testing.assert_array_equal(first, again)
    assert first.std() > 0


def test_light_is_positive_and_one_window_at_least_is_bright():
    light = environment_map(np.random.default_rng(0))
    assert light.shape == (64, 128, 3)
    assert light.min() > 0
    assert light.max() > 2


def test_nothing_of_a_room_stands_in_front_of_the_object():
    for seed in range(5):
        parts = room(np.random.default_rng(seed), radius=1.0, on_table=True)
        assert {"ground", "wall"} <= set(parts)
        for name, part in parts.items():
            if name not in ("ground", "floor"):
                assert part.mesh.vertices[:, 1].min() > 0  # the camera is on the -y side


def test_special_poses_are_given_for_classes_that_exist():
    assert set(ELEVATIONS) | set(FRONTS) | set(TWO_SIDED) <= set(BY_NAME)
