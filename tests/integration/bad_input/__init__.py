"""Bad input and bad luck that the portal answers in plain words; where each is tested.

================================================  ======================================================
wrong second-factor code                          accounts/test_sign_in, accounts/test_second_factor
reused second-factor code                         accounts/test_sign_in (another browser), step-up too
expired invitation                                accounts/test_invitations
empty, truncated, mislabelled, oversized file     test_files (form and raw), documents/test_upload
password-protected file                           test_files, documents/test_pages
impossible dates                                  intake/test_bad_input
a case sent twice                                 intake/test_whole_intake
offer to a reviewer at the treating institution    triage/test_desk, routing/test_services
two coordinators offering the same case           triage/test_desk, routing/test_races (at once)
signing a case already signed                     opinions/test_journey
a withdrawn case opened by its former reviewer    test_withdrawn (page, image, package, mid-way)
database unreachable                              test_database_down (a server that really stops)
store unreachable                                 test_store_down (directory, S3), test_key_store_down
================================================  ======================================================
"""
