-- The tables, and the second lock: row-level security that evaluates the signed filter in the database. Can be run again.
select pg_advisory_xact_lock(7260231); -- two services that start at once take turns

create schema if not exists search_service;

create table if not exists search_service.articles (
  id bigint generated always as identity primary key,
  integration_id text not null,
  url text not null,
  title text not null,
  body text not null,
  attributes jsonb not null check (jsonb_typeof(attributes) = 'object'),
  words tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')
  ) stored,
  unique (integration_id, url)
);
create index if not exists articles_words on search_service.articles using gin (words);
create index if not exists articles_attributes
  on search_service.articles using gin (attributes jsonb_path_ops);

create table if not exists search_service.chat_sessions (
  id text primary key,
  integration_id text not null,
  owner text not null,
  used_at timestamptz not null default now()
);
create index if not exists chat_sessions_owner
  on search_service.chat_sessions (integration_id, owner, used_at);
create index if not exists chat_sessions_used on search_service.chat_sessions (used_at);

-- Searches run as the reader, the import of articles as the editor; neither can log in.
do $$
begin
  if to_regrole('search_service_reader') is null then create role search_service_reader; end if;
  if to_regrole('search_service_editor') is null then create role search_service_editor; end if;
end
$$;
grant search_service_reader, search_service_editor to current_user;
grant usage on schema search_service to search_service_reader, search_service_editor;
grant select on search_service.articles to search_service_reader;
grant select, insert, update, delete on search_service.articles to search_service_editor;

-- From here on: the second lock. Without it the service works the same, and only the compiled WHERE stands.

-- Conditions as one, in parentheses; null where there are none, or one is null.
create or replace function search_service.joined(conditions text[], operator text) returns text
language sql immutable as $$
  select '(' || array_to_string(conditions, operator) || ')'
  where cardinality(conditions) > 0 and array_position(conditions, null) is null
$$;

-- That the attribute holds one of these values. Types are not converted: "1" is not 1.
create or replace function search_service.any_of(name text, list jsonb) returns text
language sql immutable as $$
  select case
    when jsonb_typeof(list) <> 'array' then null
    when list = '[]' then '(1 == 0)'
    else search_service.joined(array(
      select case when jsonb_typeof(value) in ('string', 'number', 'boolean')
        then '$."' || name || '" == ' || value end
      from jsonb_array_elements(list)
    ), ' || ')
  end
$$;

-- A query of the filter language as a jsonpath predicate; null for what is not understood, if only in part.
create or replace function search_service.predicate(query jsonb) returns text
language plpgsql immutable as $$
declare
  conditions text[] = '{}';
  name text;
  term jsonb;
  list jsonb;
begin
  if query is null or jsonb_typeof(query) <> 'object' then
    return null;
  end if;
  for name, term in select key, value from jsonb_each(query) loop
    list = case jsonb_typeof(term) when 'array' then term else '[]' end;
    conditions = conditions || case
      when name = '$and' then search_service.joined(
        array(select search_service.predicate(value) from jsonb_array_elements(list)), ' && ')
      when name = '$or' then search_service.joined(
        array(select search_service.predicate(value) from jsonb_array_elements(list)), ' || ')
      when name !~ '^[A-Za-z_][A-Za-z0-9_-]{0,63}$' then null
      when jsonb_typeof(term) <> 'object' then
        search_service.any_of(name, jsonb_build_array(term))
      else search_service.joined(array(
        select case key
          when '$eq' then search_service.any_of(name, jsonb_build_array(value))
          when '$in' then search_service.any_of(name, value)
        end from jsonb_each(term)), ' && ')
    end;
  end loop;
  return search_service.joined(conditions, ' && ');
end
$$;

-- What the transaction is held to, from the setting `search_service.filters`: `{"attributes": query}`. Null, with which
-- nothing is found, where it is not set or not understood.
create or replace function search_service.signed_filter() returns jsonpath
language sql stable as $$
  select search_service.predicate(filters -> 'attributes')::jsonpath
  from (select nullif(current_setting('search_service.filters', true), '')::jsonb) it (filters)
  where jsonb_typeof(filters) = 'object' and filters - 'attributes' = '{}'
$$;

alter table search_service.articles enable row level security;
alter table search_service.articles force row level security; -- the owner of the table is no exception

drop policy if exists signed_filter on search_service.articles;
create policy signed_filter on search_service.articles for select to search_service_reader using (
  integration_id = (select current_setting('search_service.integration', true))
  and attributes @@ (select search_service.signed_filter())
);
drop policy if exists editing on search_service.articles;
create policy editing on search_service.articles to search_service_editor using (
  current_user = 'search_service_editor' -- a member, such as the service's own login, must have taken the role
);
