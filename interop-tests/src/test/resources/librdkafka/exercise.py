"""Transactions of librdkafka: committed, aborted, and fenced by a second producer of the same name. Prints what it saw, a line for each fact."""
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

broker = sys.argv[1]


def producer():
    made = Producer({"bootstrap.servers": broker, "transactional.id": "rd", "transaction.timeout.ms": 30000})
    made.init_transactions(30)
    return made


def consumer(group, **more):
    return Consumer({"bootstrap.servers": broker, "group.id": group, "auto.offset.reset": "earliest", **more})


admin = AdminClient({"bootstrap.servers": broker})
for creation in admin.create_topics([NewTopic("input", 1, 1), NewTopic("output", 2, 1)]).values():
    creation.result(30)

plain = Producer({"bootstrap.servers": broker, "enable.idempotence": True, "compression.type": "lz4"})
for n in range(6):
    plain.produce("input", value=str(n), partition=0)
plain.flush(30)

# Read, process, write: the middle pair is aborted, and done again by the next producer.
source = consumer("processors", **{"enable.auto.commit": False, "isolation.level": "read_committed"})
source.subscribe(["input"])
first = producer()


def pair(sender, decide):
    sender.begin_transaction()
    for _ in range(2):
        message = source.poll(30)
        sender.produce("output", key=message.value(), value="done " + message.value().decode(), partition=int(message.value()) % 2)
    sender.send_offsets_to_transaction(source.position(source.assignment()), source.consumer_group_metadata(), 30)
    decide(sender)


pair(first, lambda sender: sender.commit_transaction(30))
pair(first, lambda sender: sender.abort_transaction(30))
print("committed", [p.offset for p in source.committed([TopicPartition("input", 0)], 30)])

second = producer()
try:
    first.begin_transaction()
    first.produce("output", value="of a zombie", partition=0)
    first.commit_transaction(30)
    print("the first producer was not fenced")
except KafkaException as e:
    print("fenced", e.args[0].fatal())

source.seek(TopicPartition("input", 0, 2))
pair(second, lambda sender: sender.commit_transaction(30))
pair(second, lambda sender: sender.commit_transaction(30))
print("committed", [p.offset for p in source.committed([TopicPartition("input", 0)], 30)])
source.close()

sink = consumer("checkers", **{"isolation.level": "read_committed", "enable.partition.eof": False})
sink.subscribe(["output"])
seen = []
while len(seen) < 6:
    message = sink.poll(30)
    if message is None or message.error():
        print("failed", message and message.error())
        break
    seen.append((message.partition(), message.key().decode(), message.value().decode()))
print("seen", sorted(seen))
print("more", sink.poll(1) is not None)
sink.close()
