{{ config(materialized="view", schema="published", contract={"enforced": false}) }}
{{ with_editions("pub_compared") }}
