"""What people type that asks nothing of the articles: greetings, thanks, orders, questions about the program itself."""

from __future__ import annotations

import random
from collections.abc import Sequence

from qa.training.examples import TrainingExample

MESSAGES = (
    "Hi", "Hello", "Hey there", "Hello, how are you?", "Good morning", "Good evening", "Hi, are you there?", "Nice to meet you",
    "Thanks", "Thank you very much", "Thanks a lot", "Great, thanks for your help", "Perfect, that helps", "Got it", "OK",
    "Yes", "No", "Maybe", "Sure", "I see", "Well done", "Cool", "Wow, interesting", "Never mind", "Forget it", "Bye",
    "Goodbye", "See you later", "Good night", "Sorry", "I don't understand", "I'm bored", "That is wrong",
    "That's not what I asked", "Are you sure?", "Really?", "Try again", "Please continue", "Go on", "Tell me more", "Stop",
    "Help", "Can you help me?", "I have a question", "What can you do?", "What are you?", "Who are you?", "Are you a robot?",
    "What is your name?", "Who made you?", "How do you work?", "How old are you?", "Which model are you?",
    "What language do you speak?", "How are you doing today?", "How many articles do you have?", "How many files are there?",
    "Which documents do you know?", "List all articles", "What topics can I ask about?", "What should I ask you?",
    "Summarise this", "Summarise the article", "Give me a summary", "Translate this into French", "Write a poem",
    "Write me an essay about it", "Tell me a joke", "Make it shorter", "Explain it like I'm five", "Rewrite this in simple words",
    "What do you think about it?", "Do you like it?", "Is it going to rain tomorrow?", "What time is it?", "Set a timer",
    "Play some music", "Search the web", "Open the file", "Show me the source", "Test", "asdf", "lorem ipsum", "?", "...",
)  # fmt: skip
BEFORE = ("Please", "Hey", "Ok", "So", "Well", "Hmm", "Hi!", "Um,")
AFTER = ("please", "now", "again", ":)", "!", "!!", "mate", "my friend")


def messages(passages: Sequence[str], count: int, rng: random.Random) -> list[TrainingExample]:
    """``count`` messages, half of them with a word before or after, each with some passage and without an answer."""
    return [
        TrainingExample(f"message-{number}", f"message-{number}", _varied(rng), rng.choice(passages), None, None)
        for number in range(count)
    ]


def _varied(rng: random.Random) -> str:
    message = rng.choice(MESSAGES)
    if rng.random() < 0.25:
        message = f"{rng.choice(BEFORE)} {message[0].lower()}{message[1:]}"
    if rng.random() < 0.25:
        message = f"{message.rstrip('?.')} {rng.choice(AFTER)}"
    return message
