-- Into which Kafka cluster a gateway writes: what it answered for is looked for in that one only.
alter table ops.gateways add column cluster_id text;
comment on column ops.gateways.cluster_id is 'As the brokers name it; null until the gateway has reached them.';
