"""The reviewer's workspace: drafting, signing, release."""
