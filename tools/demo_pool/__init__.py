"""Makes the built-in demo pool: builds household objects, photographs them, packs the pictures.

Not needed by the app, the tests' default run or CI; see README.md here.
"""

GENERATOR_VERSION = 1
INSTANCES = 10  # single objects of a class
TEST_INSTANCES = (8, 9)  # the objects of the test split
VIEWS = 90  # photographs of a class; view v shows instance v % INSTANCES
PIXELS = 128  # width and height of a picture
