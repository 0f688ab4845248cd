-- What a gateway keeps for Kafka, told together with what it answered for: its folder may be on another machine.
alter table ops.gateways add column spooled bigint not null default 0;
comment on column ops.gateways.spooled is 'Records in its spool, those put aside too, when it last wrote its totals.';
