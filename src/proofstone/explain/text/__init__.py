"""Why a text was scored so: what each of its words or characters added."""
