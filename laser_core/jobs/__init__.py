"""Long work in a process of its own: the job folder, the worker, and what the app sees of both.
Nothing of the engine imports it but `tasks`; what the worker can do stands there."""
