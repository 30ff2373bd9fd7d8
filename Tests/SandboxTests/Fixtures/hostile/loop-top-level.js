// Runs for ever while it is being loaded, so that no worker ever gets ready.
for (;;);
