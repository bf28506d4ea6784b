"""What a page says after something was done, by the short name that stands in the address."""

NOTICES = {
    "signed-out": "You have signed out.",
    "flagged": "Thank you. The curators will look at this answer.",
    "taken": "This conversation is yours now.",
    "not-taken": "Somebody else was quicker: this conversation is taken.",
    "released": "You have given the conversation back.",
    "finished": "The conversation is marked as done.",
    "not-yours": "This conversation is not yours, so nothing was changed.",
    "password": "The new password is kept. You are signed out everywhere else.",
    "account": "The account was changed.",
    "unlocked": "The account can sign in again.",
    "settled": "The flag is settled.",
    "draft": "The draft is kept.",
    "submitted": "The draft waits for a second person's review.",
    "returned": "The draft went back to its author with your note.",
    "approved": "Approved. Publish it, or have a third person do so.",
    "withdrawn": "The draft was given up.",
    "published": "Published. The next person who asks hears it.",
    "rolled-back": "The earlier wording is published again.",
    "retired": "The entry is retired.",
}
