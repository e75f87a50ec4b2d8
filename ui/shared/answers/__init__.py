"""What a person's answers by keyboard come to: the deck's rows, taken into a run's store; own keys.
It imports no page's room; which pictures are asked about is the page's business."""
