"""The reviewer directory and offers."""
