"""An assistant behind a bounded queue, in the words of OpenAI's chat protocol."""
