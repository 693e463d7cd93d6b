// Prints in each phase, in the ways that libraries do.
const phase = (name) => async () => {
  console.log(`${name} prints`);
  console.error(`${name} prints`);
  process.stdout.write(`{"not": "ours", "by": "${name}"}\n`);
  await new Promise((resolve) => process.stdout.write(`${name} prints late\n`, resolve));
  return {};
};

export default { research: phase('research'), script: phase('script'), audio: phase('audio') };
