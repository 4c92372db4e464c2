// A producer, a transactional producer and two members of a group, as an application would use kafkajs. Prints what it saw, a line for each fact.
const { Kafka, logLevel, CompressionTypes } = require("kafkajs");

const kafka = new Kafka({ clientId: "kafkajs", brokers: [process.argv[2]], logLevel: logLevel.NOTHING });

async function consumed(groupId, topic, count, members) {
  const values = [];
  let done;
  const enough = new Promise((resolve) => (done = resolve));
  const consumers = [];
  for (let i = 0; i < members; i++) {
    const consumer = kafka.consumer({ groupId });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    consumers.push(consumer);
  }
  const joined = consumers.map((consumer) => new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve)));
  await Promise.all(consumers.map((consumer) => consumer.run({
    eachMessage: async ({ partition, message }) => {
      values.push(`${partition}:${message.offset}:${message.key}=${message.value}`);
      if (values.length === count) done();
    },
  })));
  await Promise.all(joined);
  await enough;
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  return values.sort();
}

// Apache Kafka refuses while a coordinator is loading, and kafkajs leaves it to its user to ask again. Isthmus lets the question wait, so nobody need ask twice.
const patient = process.argv[3] === "patient";

async function asked(action) {
  for (;;) {
    try {
      return await action();
    } catch (failure) {
      if (!patient || !failure.retriable) throw failure;
    }
  }
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  console.log("created", await admin.createTopics({ topics: [{ topic: "plain", numPartitions: 2 }, { topic: "decided", numPartitions: 2 }] }));

  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (let i = 0; i < 10; i++) {
    await producer.send({
      topic: "plain",
      compression: i % 2 === 0 ? CompressionTypes.GZIP : CompressionTypes.None,
      messages: [{ key: `k${i}`, value: `v${i}`, partition: i % 2, headers: { n: `${i}` } }],
    });
  }
  await producer.disconnect();

  const transactional = kafka.producer({ transactionalId: "js", idempotent: true, maxInFlightRequests: 1 });
  await transactional.connect();
  for (const round of ["committed", "aborted", "committed"]) {
    const transaction = await transactional.transaction();
    await transaction.send({ topic: "decided", messages: [0, 1].map((partition) => ({ key: round, value: round, partition })) });
    await asked(() => transaction.sendOffsets({ consumerGroupId: `offsets-${round}`, topics: [{ topic: "plain", partitions: [{ partition: 0, offset: "3" }] }] }));
    await (round === "committed" ? transaction.commit() : transaction.abort());
  }
  await transactional.disconnect();

  for (const line of await consumed("readers", "plain", 10, 2)) console.log("plain", line);
  for (const line of await consumed("deciders", "decided", 4, 1)) console.log("decided", line);
  for (const round of ["committed", "aborted"]) {
    console.log("offsets", round, JSON.stringify(await admin.fetchOffsets({ groupId: `offsets-${round}`, topics: ["plain"] })));
  }
  console.log("ends", JSON.stringify((await admin.fetchTopicOffsets("plain")).sort((a, b) => a.partition - b.partition)));
  const groups = await admin.describeGroups(["readers", "deciders"]);
  console.log("groups", JSON.stringify(groups.groups.map(({ groupId, state, protocolType }) => ({ groupId, state, protocolType }))));
  await admin.deleteGroups(["readers"]);
  console.log("deleted", (await admin.listGroups()).groups.map((group) => group.groupId).filter((name) => name === "readers").length === 0);
  await admin.deleteTopics({ topics: ["plain", "decided"] });
  console.log("topics", (await admin.listTopics()).filter((name) => !name.startsWith("__")));
  await admin.disconnect();
}

main().then(() => process.exit(0), (failure) => {
  console.log("failed", failure.stack);
  process.exit(1);
});
