// Runs for ever in the source of a readable stream.
exports.attack = async () => { for await (const _ of new ReadableStream({ pull(c) { c.enqueue(1); } })); };
exports.ok = () => 'well';
