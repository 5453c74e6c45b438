// One node-resque worker until the queue is empty; prints jobs a second.
const { Worker } = require("node-resque");
const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), database: 0, namespace: "resque" };
const count = Number(process.argv[2]);

async function main() {
  const worker = new Worker({ connection, queues: ["q"], timeout: 20 }, { nothing: { perform: async () => {} } });
  let left = count, began = 0;
  worker.on("job", () => { began = began || process.hrtime.bigint(); });
  worker.on("success", () => {
    if (--left) return;
    console.log(count / (Number(process.hrtime.bigint() - began) / 1e9));
    process.exit(0);
  });
  await worker.connect();
  await worker.start();
}
main();
