// Consumes an endless async generator.
exports.attack = async () => {
  async function* endless() { for (let i = 0; ; i++) yield i; }
  let last;
  for await (const item of endless()) last = item;
  return last;
};
exports.ok = () => 'well';
