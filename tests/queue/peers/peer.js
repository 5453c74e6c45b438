// node-resque on the other side of Redis: `enqueue QUEUE CLASS ARGS`, `list`, `work QUEUES COUNT`.
const { Queue, Worker } = require("node-resque");

const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), database: 0, namespace: "resque" };
const jobs = {
  add: { perform: async (a, b) => a + b },
  boom: { perform: async (what) => { throw new Error(what); } },
};

async function enqueue(queue, cls, args) {
  const client = new Queue({ connection });
  await client.connect();
  await client.enqueue(queue, cls, JSON.parse(args));
  await client.end();
}

async function list() {
  const client = new Queue({ connection });
  await client.connect();
  const told = {
    workers: await client.workers(),
    working: await client.allWorkingOn(),
    failed: await client.failed(0, -1),
    stats: await client.stats(),
    queues: await client.queues(),
  };
  console.log(JSON.stringify(told));
  await client.end();
}

async function work(queues, count) {
  const worker = new Worker({ connection, queues: queues.split(","), timeout: 20 }, jobs);
  let left = Number(count);
  const one = async () => { if (--left === 0) setImmediate(async () => { await worker.end(); process.exit(0); }); };
  worker.on("success", (queue, job, result) => { console.log(JSON.stringify({ success: result })); one(); });
  worker.on("failure", (queue, job, failure) => { console.log(JSON.stringify({ failure: String(failure) })); one(); });
  worker.on("error", (error) => console.log(JSON.stringify({ error: String(error) })));
  await worker.connect();
  await worker.start();
  console.log(JSON.stringify({ name: worker.name }));
}

const [, , verb, ...words] = process.argv;
({ enqueue, list, work })[verb](...words).catch((error) => { console.error(error); process.exit(1); });
