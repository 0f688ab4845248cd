-- One schema a step of the way; who may use which is granted in 0007_grants.sql.
create schema raw;
create schema live;
create schema warehouse;
create schema candidate;
create schema published;
create schema results;
create schema results_exact;
create schema releases;
create schema ops;
