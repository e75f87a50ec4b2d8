"""The engine of LaSeR Explorer: open-set active learning with language and vision models."""

from laser_core.privacy import silence_libraries

silence_libraries()
