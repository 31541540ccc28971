"""The demonstration country: invented people, in numbers shaped like the published ones. It says nothing about France."""
